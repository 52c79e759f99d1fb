import type { EntityManager } from 'typeorm';
import type { ProjectPlace } from '../place.js';
import type { Suggestion } from './new-proposal.js';
import { changeProposals } from './proposal.store.js';

/** Whose suggestion takes the place of others. */
interface Successor extends ProjectPlace {
  id: string;
  agent: string;
  run_id: string;
  dedupe_key: string;
}

const REPLACED = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND status = 'pending' AND (dedupe_key = $3 OR (
     $4 AND kind = $5 AND user_id IS NOT DISTINCT FROM $6::uuid AND run_id IS DISTINCT FROM $7::uuid
     AND target_type IS NOT DISTINCT FROM $8 AND target_id IS NOT DISTINCT FROM $9::uuid
     AND (target_id IS NOT NULL OR agent = $10)))`;

/** The same suggestion about an older version gives way, and whatever else it replaces; never one of the same run. */
export async function supersedeReplaced(
  tx: EntityManager,
  { id, organisation_id, project_id, agent, run_id, dedupe_key }: Successor,
  { kind, target, user_id, replaces }: Suggestion,
): Promise<void> {
  const replaced: { id: string }[] = await tx.query(REPLACED, [
    organisation_id,
    project_id,
    dedupe_key,
    replaces,
    kind,
    user_id,
    run_id,
    target?.type ?? null,
    target?.id ?? null,
    agent,
  ]);
  await supersede(tx, organisation_id, replaced, { superseded_by: id });
}

/** Pending proposals are superseded: by the one that `decision` names, or because their reason is gone. */
export async function supersede(
  tx: EntityManager,
  organisation_id: string,
  proposals: readonly { id: string }[],
  decision: { superseded_by?: string } = {},
): Promise<void> {
  const ids = proposals.map(({ id }) => id);
  await changeProposals(tx, organisation_id, ids, { event: 'supersede', by: null, decision });
}
