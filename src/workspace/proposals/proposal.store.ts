import type { DataSource, DeepPartial, EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { type Decision, PROPOSAL_STATUSES, ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { lockPart } from '../../platform/locks/advisory-lock.store.js';
import type { ProjectPlace } from '../place.js';
import { nextProposalStatus, type ProposalEvent, statusAfter } from './proposal-state.js';

/** Suggestions of a project are made and decided one after the other, so that none waits for another's locks. */
export async function lockProposals(tx: EntityManager, project_id: string): Promise<void> {
  await lockPart(tx, 'proposals', project_id);
}

/** A decision on proposals and its person; null if no person decided. */
interface ProposalChange {
  event: ProposalEvent;
  by: string | null;
  decision: Decision | null;
}

const CHANGE_STATUS = `
  UPDATE proposals SET status = $3, decided_by = $5, decision = $6::jsonb,
         decided_at = CASE WHEN $3 = 'expired' THEN expires_at ELSE clock_timestamp() END
   WHERE organisation_id = $1 AND id = ANY ($2::uuid[]) AND status = ANY ($4)
  RETURNING *`;

/**
 * The one statement that changes the status of a proposal, from the statuses that the state machine allows. A proposal
 * that was decided meanwhile stays as it is, and is not in the answer.
 */
export async function changeProposals(
  db: DataSource | EntityManager,
  organisation_id: string,
  ids: readonly string[],
  { event, by, decision }: ProposalChange,
): Promise<ProposalRow[]> {
  if (ids.length === 0) return [];
  const after = statusAfter(event);
  const before = PROPOSAL_STATUSES.filter(
    (status) => status !== after && nextProposalStatus(status, event) !== null,
  );
  const [rows]: [ProposalRow[]] = await db.query(CHANGE_STATUS, [
    organisation_id,
    ids,
    after,
    before,
    by,
    decision && JSON.stringify(decision),
  ]);
  return rows;
}

const DUE = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND status = 'pending' AND expires_at <= clock_timestamp()`;

/** No chore expires proposals: the next reader or decider writes it. */
export async function expireDue(db: DataSource | EntityManager, place: ProjectPlace): Promise<void> {
  const { organisation_id, project_id } = place;
  const due: { id: string }[] = await db.query(DUE, [organisation_id, project_id]);
  const ids = due.map(({ id }) => id);
  await changeProposals(db, organisation_id, ids, { event: 'expire', by: null, decision: null });
}

/** Returns the proposals with this key, the newest first. */
export function proposalsOfKey(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  dedupe_key: string,
): Promise<ProposalRow[]> {
  const where = { organisation_id, project_id, dedupe_key };
  return tx.getRepository(ProposalRow).find({ where, order: { id: 'DESC' } });
}

export type NewProposalRow = Omit<ProposalRow, 'created_at' | 'decided_by' | 'decided_at' | 'decision'>;

export async function insertProposal(tx: EntityManager, given: NewProposalRow): Promise<ProposalRow> {
  const proposals = tx.getRepository(ProposalRow);
  const undecided = { decided_by: null, decided_at: null, decision: null };
  const proposal = proposals.create({ ...given, ...undecided } as DeepPartial<ProposalRow>);
  await proposals.insert(proposal as QueryDeepPartialEntity<ProposalRow>);
  return proposal;
}
