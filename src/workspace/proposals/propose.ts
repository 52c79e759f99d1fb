import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { NewProposal, Proposed } from '../../../workflows/contract/proposal.js';
import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { WritingRun } from '../place.js';
import { acceptProposal } from './decide.js';
import { checked, mustFit, type Suggestion } from './new-proposal.js';
import {
  expireDue,
  insertProposal,
  lockProposals,
  type NewProposalRow,
  proposalsOfKey,
} from './proposal.store.js';
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

/** The row that is this run's; null where the suggestion is known already. */
async function propose(
  tx: EntityManager,
  run: ProposingRun,
  proposal: Suggestion,
): Promise<ProposalRow | null> {
  const dedupe_key = keyOf(proposal);
  const earlier = await proposalsOfKey(tx, run, dedupe_key);
  const own = earlier.find(({ run_id }) => run_id === run.run_id);
  if (own) return own;
  if (earlier.some((one) => isKnown(one, proposal))) return null;
  await mustFit(tx, run, proposal);
  const id = uuidv7();
  await supersedeReplaced(tx, { ...run, id, dedupe_key }, proposal);
  const row = await insertProposal(tx, rowOf(run, proposal, dedupe_key, id));
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

function rowOf(run: ProposingRun, proposal: Suggestion, dedupe_key: string, id: string): NewProposalRow {
  const { organisation_id, project_id, agent, run_id, models } = run;
  const { kind, title, reason, change, target, sources, user_id, expires_at } = proposal;
  return {
    id,
    organisation_id,
    project_id,
    user_id,
    agent,
    run_id,
    kind,
    title,
    reason,
    change,
    target_type: target?.type ?? null,
    target_id: target?.id ?? null,
    target_version: target?.version ?? null,
    sources,
    models,
    dedupe_key,
    status: 'pending',
    expires_at: expires_at ? new Date(expires_at) : null,
  };
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
