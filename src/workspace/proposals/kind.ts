import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { ProposalKind, Target } from '../../../workflows/contract/proposal.js';
import type { Made, ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';

/** What is known of a proposal before anybody has decided. */
export type Suggested = Pick<ProposalRow, 'organisation_id' | 'project_id' | 'user_id' | 'target_id'>;

/** One kind of suggestion: the shape of its change, and what accepting it does. */
export interface Kind<Change = unknown> {
  kind: ProposalKind;
  /** What it is about: nothing that is there, or a thing of this type. */
  target: Target['type'] | 'anything' | null;
  /** Whether the target must still be at the version that the agent saw. */
  pinned: boolean;
  change: z.ZodType<Change>;
  /** What a schema cannot know; throws where the agent has it wrong. */
  check?(tx: EntityManager, suggested: Suggested, change: Change): Promise<void>;
  /** Makes the change, in the transaction of the decision; a pinned target is locked, and as the agent saw it. */
  apply(tx: EntityManager, proposal: ProposalRow, change: Change, by: string | null): Promise<Made | null>;
  rejected?(tx: EntityManager, proposal: ProposalRow): Promise<void>;
}

/** What an agent’s own code got wrong: no person could put it right. */
export function defect(message: string): AppError {
  return new AppError('agent_defect', message);
}

/** The id of the target of a kind that cannot be without one. */
export function targetOf({ target_id }: Pick<Suggested, 'target_id'>): string {
  if (target_id === null) throw defect('the proposal names no target');
  return target_id;
}

/** The version of it that the agent saw. */
export function seenVersionOf({ target_version }: Pick<ProposalRow, 'target_version'>): number {
  if (target_version === null) throw defect('the proposal names no version of its target');
  return target_version;
}
