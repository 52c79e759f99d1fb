import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { misfits } from '../../../workflows/contract/misfits.js';
import {
  type NewProposal,
  PROPOSAL_KINDS,
  TARGET_TYPES,
  type Target,
} from '../../../workflows/contract/proposal.js';
import { plain, plainObject, plainTrimmed } from '../../platform/http/text.js';
import { versionOrNone } from '../../platform/http/version.js';
import { defect, type Kind, type Suggested } from './kind.js';
import { kinds } from './kinds/index.js';
import { sourceSchema } from './source.schema.js';
import { versionOf } from './target.store.js';

const newProposalSchema = z.strictObject({
  kind: z.enum(PROPOSAL_KINDS),
  title: plainTrimmed(300),
  reason: plainTrimmed(5000),
  change: plainObject(),
  target: z
    .strictObject({
      type: z.enum(TARGET_TYPES),
      id: z.uuid().toLowerCase(),
      version: versionOrNone,
    })
    .nullable(),
  sources: z.array(sourceSchema).max(50),
  dedupe_key: plain(500),
  personal: z.boolean().default(false),
  replaces: z.boolean().default(false),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
/** The proposal to write, and its person. */
export type Suggestion = z.output<typeof newProposalSchema> & { user_id: string | null };

interface Proposer {
  organisation_id: string;
  project_id: string;
  user_id: string | null;
}

/** A proposal that does not fit is refused here, where the agent is at fault, and never when somebody accepts it. */
export function checked({ user_id: person }: Proposer, given: NewProposal): Suggestion {
  const proposal = parsed(newProposalSchema, given, 'the proposal');
  const schema = kinds[proposal.kind].change;
  const change = parsed(schema, proposal.change, `the change of ${proposal.kind}`) as Suggestion['change'];
  if (proposal.personal && person === null) throw defect('a personal proposal needs a run for one person');
  return { ...proposal, change, user_id: proposal.personal ? person : null };
}

/** Like `checked`, for rules that need the database. It is not repeated for proposals that are already stored. */
export async function mustFit(
  tx: EntityManager,
  { organisation_id, project_id }: Proposer,
  { user_id, target, change, ...proposal }: Suggestion,
): Promise<void> {
  const kind: Kind = kinds[proposal.kind];
  const suggested = { organisation_id, project_id, user_id, target_id: target?.id ?? null };
  await targetMustFit(tx, suggested, target, kind);
  await kind.check?.(tx, suggested, change);
}

async function targetMustFit(tx: EntityManager, place: Suggested, target: Target | null, kind: Kind) {
  if (target === null) {
    if (kind.target !== null && kind.target !== 'anything')
      throw defect(`a proposal of kind ${kind.kind} needs a target`);
    return;
  }
  if (kind.target !== 'anything' && kind.target !== target.type)
    throw defect(`a proposal of kind ${kind.kind} is not about a ${target.type}`);
  if ((await versionOf(tx, place, target)) === null)
    throw defect(`the project has no ${target.type} ${target.id}`);
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (!result.success) throw defect(`${what} does not fit: ${misfits(result.error)}`);
  return result.data;
}
