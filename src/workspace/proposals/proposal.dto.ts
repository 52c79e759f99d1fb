import { z } from 'zod';
import { PROPOSAL_KINDS, TARGET_TYPES } from '../../../workflows/contract/proposal.js';
import { runStatus } from '../../engine/runs/run.dto.js';
import { PROPOSAL_STATUSES } from '../../platform/db/entities/proposal.entity.js';
import { problemSchema } from '../../platform/http/declare-problems.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { modelsSchema } from '../models.schema.js';
import { sourceSchema } from './source.schema.js';

const MOST_AT_ONCE = 200;

export const proposalKind = z.enum(PROPOSAL_KINDS).meta({ id: 'ProposalKind' });

export const inboxQuerySchema = z.strictObject({
  status: z
    .enum([...PROPOSAL_STATUSES, 'any'])
    .meta({ id: 'InboxStatus' })
    .default('pending'),
  kind: proposalKind.optional(),
  agent: plain(100).optional(),
  run_id: z.uuid().optional(),
  mine: z.stringbool().optional().describe('True: only proposals for you alone; false: only the others'),
  before: idOfLast('proposal'),
  limit: pageLimit(),
});
export type InboxQuery = z.output<typeof inboxQuerySchema>;

export const rejectSchema = z
  .strictObject({ reason: plain(2000).optional() })
  .default({})
  .meta({ id: 'ProposalRejection' });
export type Reject = z.output<typeof rejectSchema>;

export const acceptAllSchema = z
  .strictObject({
    ids: z.array(z.uuid().toLowerCase()).min(1).max(MOST_AT_ONCE),
  })
  .meta({ id: 'ProposalSelection' });
export type AcceptAll = z.output<typeof acceptAllSchema>;

const when = z.iso.datetime();
const thing = z.object({ type: z.enum(TARGET_TYPES).meta({ id: 'ProposalTargetType' }), id: z.uuid() });
const targetSchema = thing
  .extend({ version: z.int().describe('The version that the agent saw') })
  .meta({ id: 'ProposalTarget' });
const decisionSchema = z
  .object({
    auto: z.literal(true).describe('The settings of the binding accept'),
    reason: z.string(),
    made: thing
      .extend({ version: z.int().optional() })
      .meta({ id: 'ProposalOutcome', description: 'The things that it made or changed' }),
    superseded_by: z.uuid(),
  })
  .partial()
  .meta({ id: 'ProposalDecision' });
export const proposalSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    user_id: z.uuid().nullable().describe('The person of the proposal; null if it is for the project'),
    agent: z.string(),
    run_id: z.uuid().nullable(),
    models: modelsSchema,
    kind: proposalKind,
    title: z.string(),
    reason: z.string(),
    change: z
      .record(z.string(), z.unknown())
      .describe('The change that accepting makes; the kind decides its shape'),
    target: targetSchema.nullable(),
    sources: z.array(sourceSchema),
    status: z.enum(PROPOSAL_STATUSES).meta({ id: 'ProposalStatus' }),
    decided_by: z.uuid().nullable().describe('Null if no person decided'),
    decided_at: when.nullable(),
    decision: decisionSchema.nullable(),
    expires_at: when.nullable(),
    created_at: when,
  })
  .meta({ id: 'Proposal' });
export const proposalsSchema = z
  .object({
    proposals: z.array(proposalSchema),
    next_before: nextId,
  })
  .meta({ id: 'ProposalPage' });
export const proposalShownSchema = proposalSchema
  .extend({
    run: z
      .object({ id: z.uuid(), agent: z.string(), status: runStatus, created_at: when })
      .nullable()
      .describe('The run that made it; null after the run is deleted'),
  })
  .meta({ id: 'ProposalDetail' });
export const acceptedAllSchema = z
  .object({
    results: z.array(
      z
        .object({
          id: z.uuid(),
          outcome: z.enum(['accepted', 'refused']),
          problem: problemSchema.nullable().describe('Why it was refused'),
        })
        .meta({ id: 'AcceptResult' }),
    ),
  })
  .meta({ id: 'AcceptedProposals' });
