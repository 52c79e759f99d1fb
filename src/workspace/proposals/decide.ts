import type { EntityManager } from 'typeorm';
import { logChange } from '../../platform/audit-log/change-log.store.js';
import type { Decision, ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { Kind } from './kind.js';
import { kinds } from './kinds/index.js';
import { changeProposals } from './proposal.store.js';
import { nextProposalStatus, type ProposalEvent } from './proposal-state.js';
import { lockAsSeen } from './target.store.js';

/** Makes the change, once: who accepts again is answered the same. Nobody (`by` null) is a binding's setting. */
export async function acceptProposal(
  tx: EntityManager,
  proposal: ProposalRow,
  by: string | null,
): Promise<ProposalRow> {
  const next = nextProposalStatus(proposal.status, 'accept');
  if (next === proposal.status) return proposal;
  if (next === null) throw decidedOtherwise(proposal);
  const kind: Kind = kinds[proposal.kind];
  const { target_type: type, target_id: id, target_version: version } = proposal;
  if (kind.pinned && type && id && version !== null) await lockAsSeen(tx, proposal, { type, id, version });
  const made = await apply(tx, proposal, kind, by);
  return decide(tx, proposal, 'accept', by, {
    ...(by === null ? { auto: true } : {}),
    ...(made ? { made } : {}),
  });
}

/** A refusal by the data's own rules, such as a circle of relations, is no mistake in the decision's request. */
async function apply(tx: EntityManager, proposal: ProposalRow, kind: Kind, by: string | null) {
  try {
    return await kind.apply(tx, proposal, kind.change.parse(proposal.change), by);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'validation_failed') throw error;
    throw new AppError('not_acceptable', error.message);
  }
}

export async function rejectProposal(
  tx: EntityManager,
  proposal: ProposalRow,
  by: string,
  reason?: string,
): Promise<ProposalRow> {
  const next = nextProposalStatus(proposal.status, 'reject');
  if (next === proposal.status) return proposal;
  if (next === null) throw decidedOtherwise(proposal);
  const kind: Kind = kinds[proposal.kind];
  await kind.rejected?.(tx, proposal);
  return decide(tx, proposal, 'reject', by, reason === undefined ? {} : { reason });
}

/** The log names no text of it: a suggestion may be for one person alone. */
async function decide(
  tx: EntityManager,
  { id, organisation_id, kind }: ProposalRow,
  event: ProposalEvent,
  by: string | null,
  decision: Decision,
): Promise<ProposalRow> {
  const [decided] = await changeProposals(tx, organisation_id, [id], { event, by, decision });
  if (!decided) throw new Error('the proposal was locked and is not pending');
  const { reason: _, ...logged } = decision;
  await logChange(tx, {
    organisation_id,
    changed_by: by,
    subject: 'proposal',
    subject_id: id,
    before: { kind, status: 'pending' },
    after: { kind, status: decided.status, ...logged },
  });
  return decided;
}

function decidedOtherwise({ status, decided_at }: ProposalRow): AppError {
  const when = decided_at ? ` at ${decided_at.toISOString()}` : '';
  return new AppError('already_decided', `The proposal was ${status}${when}.`);
}
