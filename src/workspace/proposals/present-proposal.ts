import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';

export function presentProposal(row: ProposalRow) {
  const { target_type, target_id, target_version } = row;
  return {
    id: row.id,
    project_id: row.project_id,
    user_id: row.user_id,
    agent: row.agent,
    run_id: row.run_id,
    models: row.models,
    kind: row.kind,
    title: row.title,
    reason: row.reason,
    change: row.change,
    target: target_type && { type: target_type, id: target_id, version: target_version },
    sources: row.sources,
    status: row.status,
    decided_by: row.decided_by,
    decided_at: row.decided_at,
    decision: row.decision,
    expires_at: row.expires_at,
    created_at: row.created_at,
  };
}
