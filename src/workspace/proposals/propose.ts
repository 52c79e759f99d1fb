import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { NewProposal, Proposed } from '../../../workflows/contract/proposal.js';
import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { WritingRun } from '../place.js';
import { acceptProposal } from './decide.js';
import { checked, mustFit, type Suggestion } from './new-proposal.js';
import { expireDue, lockProposals } from './proposal.store.js';
import { supersedeReplaced } from './supersede.store.js';

/** The run that suggests, and whom it worked for. */
export interface ProposingRun extends WritingRun {
  user_id: string | null;
  agent: string;
  /** The binding's settings accept without a person. */
  auto_accept: boolean;
}

/** Writes each suggestion once; a step that is repeated writes nothing and is answered the same. */
export async function proposeAll(
  tx: EntityManager,
  run: ProposingRun,
  proposals: NewProposal[],
): Promise<Proposed> {
  const made: string[] = [];
  const accepted: string[] = [];
  await lockProposals(tx, run.project_id);
  await expireDue(tx, run);
  for (const given of proposals) {
    const row = await propose(tx, run, checked(run, given));
    if (!row || made.includes(row.id)) continue;
    made.push(row.id);
    if (row.status === 'accepted' && row.decision?.auto) accepted.push(row.id);
  }
  return { made, accepted, known: proposals.length - made.length };
}

/** The row that is this run’s; null where the suggestion is known already. */
async function propose(
  tx: EntityManager,
  run: ProposingRun,
  proposal: Suggestion,
): Promise<ProposalRow | null> {
  const dedupe_key = keyOf(proposal);
  const earlier: ProposalRow[] = await tx.query(
    `SELECT * FROM proposals WHERE organisation_id = $1 AND project_id = $2 AND dedupe_key = $3 ORDER BY id DESC`,
    [run.organisation_id, run.project_id, dedupe_key],
  );
  const own = earlier.find(({ run_id }) => run_id === run.run_id);
  if (own) return own;
  if (earlier.some((one) => isKnown(one, proposal))) return null;
  await mustFit(tx, run, proposal);
  const id = uuidv7();
  await supersedeReplaced(tx, { ...run, id, dedupe_key }, proposal);
  const row = await insert(tx, run, proposal, dedupe_key, id);
  return run.auto_accept ? acceptAtOnce(tx, row) : row;
}

/** A rejection is final; a waiting or accepted suggestion is new again once its target has changed. */
function isKnown({ status, target_version }: ProposalRow, { target }: Suggestion): boolean {
  switch (status) {
    case 'rejected':
      return true;
    case 'pending':
    case 'accepted':
      return target_version === (target?.version ?? null);
    case 'superseded':
    case 'expired':
      return false;
  }
}

/** A suggestion to one person is known to that person alone. */
function keyOf({ user_id, dedupe_key }: Suggestion): string {
  return user_id === null ? dedupe_key : `user/${user_id}/${dedupe_key}`;
}

const INSERT_PROPOSAL = `
  INSERT INTO proposals (id, organisation_id, project_id, user_id, agent, run_id, kind, title, reason, change,
    target_type, target_id, target_version, sources, dedupe_key, status, expires_at, models)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $12, $13, $14::jsonb, $15, 'pending', $16, $17)
  RETURNING *`;

async function insert(
  tx: EntityManager,
  run: ProposingRun,
  proposal: Suggestion,
  dedupe_key: string,
  id: string,
): Promise<ProposalRow> {
  const { kind, title, reason, change, target, sources, user_id, expires_at } = proposal;
  const [row]: ProposalRow[] = await tx.query(INSERT_PROPOSAL, [
    id,
    run.organisation_id,
    run.project_id,
    user_id,
    run.agent,
    run.run_id,
    kind,
    title,
    reason,
    JSON.stringify(change),
    target?.type ?? null,
    target?.id ?? null,
    target?.version ?? null,
    JSON.stringify(sources),
    dedupe_key,
    expires_at ?? null,
    run.models,
  ]);
  if (!row) throw new Error('the proposal was written and is not there');
  return row;
}

/** A proposal that cannot be accepted any more waits for a person instead. */
async function acceptAtOnce(tx: EntityManager, row: ProposalRow): Promise<ProposalRow> {
  try {
    return await tx.transaction((inner) => acceptProposal(inner, row, null));
  } catch (error) {
    if (error instanceof AppError) return row;
    throw error;
  }
}
