import type { EntityManager } from 'typeorm';
import type { ProposalKind } from '../../../workflows/contract/proposal.js';
import { lockProposals } from './decide.js';
import type { ProposingRun } from './propose.js';
import { supersede } from './supersede.js';

const EARLIER = `
  SELECT id FROM proposals
   WHERE organisation_id = $1 AND project_id = $2 AND agent = $3 AND kind = ANY ($4) AND status = 'pending'
     AND run_id IS DISTINCT FROM $5::uuid`;

/** What waits of these kinds from the agent’s earlier runs gives way as a whole: a new generation is about to be made. */
export async function supersedeEarlier(
  tx: EntityManager,
  { organisation_id, project_id, agent, run_id }: ProposingRun,
  kinds: ProposalKind[],
): Promise<void> {
  await lockProposals(tx, project_id);
  const earlier: { id: string }[] = await tx.query(EARLIER, [
    organisation_id,
    project_id,
    agent,
    kinds,
    run_id,
  ]);
  await supersede(tx, organisation_id, earlier);
}
