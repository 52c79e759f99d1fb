import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { ProposalKind, Target } from '../../../workflows/contract/proposal.js';
import type { Made, ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';

/** The fields of a proposal that exist before anybody has decided. */
export type Suggested = Pick<ProposalRow, 'organisation_id' | 'project_id' | 'user_id' | 'target_id'>;

/** One kind of suggestion: the shape of its change, and the effect of accepting it. */
export interface Kind<Change = unknown> {
  kind: ProposalKind;
  /** The type of its target, or null for a kind that makes something new. */
  target: Target['type'] | 'anything' | null;
  /** True if the target must still have the version that the agent saw. */
  pinned: boolean;
  change: z.ZodType<Change>;
  /** Checks rules that a schema cannot; throws if the agent breaks one. */
  check?(tx: EntityManager, suggested: Suggested, change: Change): Promise<void>;
  /** Makes the change, in the transaction of the decision; a pinned target is locked, and as the agent saw it. */
  apply(tx: EntityManager, proposal: ProposalRow, change: Change, by: string | null): Promise<Made | null>;
  rejected?(tx: EntityManager, proposal: ProposalRow): Promise<void>;
}

/** A mistake of the agent's own code, which no person could put right. */
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
