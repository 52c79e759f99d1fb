import type { EntityManager } from 'typeorm';
import { lockProposals } from './decide.js';
import type { ProposingRun } from './propose.js';
import { supersede } from './supersede.js';

/** A suggestion that waits because of one doc alone. */
export interface WaitingOfDoc {
  id: string;
  dedupe_key: string;
  quote: string | null;
}

const PENDING_OF_DOC = `
  SELECT id, dedupe_key, sources->0->>'quote' AS quote FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND status = 'pending' AND agent = $3
     AND run_id IS DISTINCT FROM $4::uuid AND jsonb_array_length(sources) = 1
     AND sources->0->>'type' = 'doc' AND sources->0->>'id' = $5`;

/** What earlier runs of the agent suggested because of this doc alone, and holds no longer, gives way. */
export async function supersedeOfDoc(
  tx: EntityManager,
  { organisation_id, project_id, agent, run_id }: ProposingRun,
  doc_id: string,
  holds: (waiting: WaitingOfDoc) => boolean,
): Promise<number> {
  await lockProposals(tx, project_id);
  const waiting: WaitingOfDoc[] = await tx.query(PENDING_OF_DOC, [
    organisation_id,
    project_id,
    agent,
    run_id,
    doc_id,
  ]);
  const over = waiting.filter((one) => !holds(one));
  await supersede(tx, organisation_id, over);
  return over.length;
}
