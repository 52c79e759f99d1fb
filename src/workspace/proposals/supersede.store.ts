import type { EntityManager } from 'typeorm';
import type { ProposalKind } from '../../../workflows/contract/proposal.js';
import type { ProjectPlace } from '../place.js';
import type { Suggestion } from './new-proposal.js';
import { changeProposals, lockProposals } from './proposal.store.js';

/** The run that makes proposals of its agent obsolete. */
interface SupersedingRun extends ProjectPlace {
  agent: string;
  run_id: string;
}

/** The suggestion that replaces others. */
interface Successor extends SupersedingRun {
  id: string;
  dedupe_key: string;
}

const REPLACED = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND status = 'pending' AND (dedupe_key = $3 OR (
     $4 AND kind = $5 AND user_id IS NOT DISTINCT FROM $6::uuid AND run_id IS DISTINCT FROM $7::uuid
     AND target_type IS NOT DISTINCT FROM $8 AND target_id IS NOT DISTINCT FROM $9::uuid
     AND (target_id IS NOT NULL OR agent = $10)))`;

/**
 * Supersedes the same suggestion about an older version, and the others that this one replaces, except those of the
 * same run.
 */
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

const EARLIER = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND agent = $3 AND kind = ANY ($4) AND status = 'pending'
     AND run_id IS DISTINCT FROM $5::uuid`;

/**
 * Supersedes pending proposals of these kinds from the agent's earlier runs: the run is about to propose all of them
 * anew.
 */
export async function supersedeEarlier(
  tx: EntityManager,
  { organisation_id, project_id, agent, run_id }: SupersedingRun,
  kinds: ProposalKind[],
): Promise<void> {
  await lockProposals(tx, project_id);
  const values = [organisation_id, project_id, agent, kinds, run_id];
  await supersede(tx, organisation_id, await tx.query(EARLIER, values));
}

/** A pending proposal that has one doc as its only source. */
interface PendingOfDoc {
  id: string;
  dedupe_key: string;
  quote: string | null;
}

const PENDING_OF_DOC = `
  SELECT id, dedupe_key, sources->0->>'quote' AS quote FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND status = 'pending' AND agent = $3
     AND run_id IS DISTINCT FROM $4::uuid AND jsonb_array_length(sources) = 1
     AND sources->0->>'type' = 'doc' AND sources->0->>'id' = $5`;

/**
 * Supersedes pending proposals that the agent's earlier runs made because of this doc alone and that no longer hold.
 */
export async function supersedeOfDoc(
  tx: EntityManager,
  { organisation_id, project_id, agent, run_id }: SupersedingRun,
  doc_id: string,
  holds: (pending: PendingOfDoc) => boolean,
): Promise<number> {
  await lockProposals(tx, project_id);
  const values = [organisation_id, project_id, agent, run_id, doc_id];
  const pending: PendingOfDoc[] = await tx.query(PENDING_OF_DOC, values);
  const over = pending.filter((one) => !holds(one));
  await supersede(tx, organisation_id, over);
  return over.length;
}

const WITH_KEYS = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND dedupe_key = ANY ($3) AND status = 'pending'`;

/** Pending proposals with these keys give way: the agent has looked again, and no longer suggests them. */
export async function supersedeKeys(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  keys: readonly string[],
): Promise<void> {
  await supersede(tx, organisation_id, await tx.query(WITH_KEYS, [organisation_id, project_id, keys]));
}

/** Pending proposals are superseded: by the one that `decision` names, or because their reason is gone. */
async function supersede(
  tx: EntityManager,
  organisation_id: string,
  proposals: readonly { id: string }[],
  decision: { superseded_by?: string } = {},
): Promise<void> {
  const ids = proposals.map(({ id }) => id);
  await changeProposals(tx, organisation_id, ids, { event: 'supersede', by: null, decision });
}
