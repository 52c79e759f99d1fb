import { z } from 'zod';
import {
  RESERVED_EVENTS,
  RESERVED_STATUSES,
  RUN_EVENTS,
  RUN_STATUSES,
} from '../../../workflows/contract/run-state.js';
import { WAIT_REASONS } from '../../../workflows/contract/wait-reasons.js';
import { nextNumber, pageLimit } from '../../platform/http/page.js';
import { plain, plainObject } from '../../platform/http/text.js';
import { bindingSchema } from '../agents/agents.dto.js';
import { priority, settingsShownSchema, timeoutSeconds } from '../agents/settings.schema.js';

/** Temporal takes a search attribute of 2 KiB. */
const LABELS_BYTES = 2000;
export const label = plain(100);
const reserved = (names: readonly string[]) => `Reserved, with no writer yet: ${names.join(', ')}`;
export const runStatus = z
  .enum(RUN_STATUSES)
  .meta({ id: 'RunStatus', description: reserved(RESERVED_STATUSES) });
const runEventType = z.enum(RUN_EVENTS).meta({ id: 'RunEventType', description: reserved(RESERVED_EVENTS) });

export const targetSchema = z.strictObject({ type: plain(100), id: plain(200) }).meta({ id: 'Target' });

export const startRunSchema = z
  .strictObject({
    agent: plain(100).describe('Key of the agent'),
    target: targetSchema.optional().describe('The target of the run'),
    input: plainObject().optional().describe("Checked against the agent's own schema"),
    project_id: z.uuid().optional(),
    priority: priority.optional().describe('LOW 1, MEDIUM 5, HIGH 10, CRITICAL 20'),
    labels: z
      .array(label)
      .max(20)
      .refine(
        (labels) => Buffer.byteLength(JSON.stringify(labels)) <= LABELS_BYTES,
        `must be at most ${LABELS_BYTES} bytes together, as JSON`,
      )
      .optional(),
    timeout_seconds: timeoutSeconds.optional().describe("Replaces the agent's own timeout"),
  })
  .meta({ id: 'StartRun' });
export type StartRun = z.output<typeof startRunSchema>;

export const pageQuerySchema = z.strictObject({
  after: z.coerce.number().int().min(0).max(2_147_483_647).default(0),
  limit: pageLimit({ most: 1000, usual: 200 }),
});
export type PageQuery = z.output<typeof pageQuerySchema>;

const when = z.iso.datetime().nullable();
const errorSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    retryable: z.boolean(),
    step: z.string().nullable(),
    attempt: z.int(),
  })
  .meta({ id: 'RunError' });

const waitReasonSchema = z
  .object({
    code: z.enum(WAIT_REASONS).describe('See docs/reference/wait-reasons.md'),
    message: z.string(),
    until: z.string().optional(),
  })
  .meta({ id: 'WaitReason' });
const progressSchema = z
  .object({ percent: z.number(), done: z.int(), total: z.int(), text: z.string() })
  .partial()
  .meta({ id: 'RunProgress' });
const usageSchema = z
  .object({
    model_calls: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost_usd: z.number().nullable(),
    models: z.array(z.string()).describe('The models that answered; `offline model` needs no key'),
  })
  .meta({ id: 'RunUsage' });

export const feedRunSchema = z
  .object({
    id: z.uuid(),
    agent: z.string(),
    agent_version: z.int().nullable().describe('The version that the run keeps'),
    settings: settingsShownSchema.describe('The overrides of bindings at admission'),
    status: runStatus,
    wait_reason: waitReasonSchema.nullable(),
    progress: progressSchema.nullable(),
    error: errorSchema.nullable(),
    usage: usageSchema.nullable(),
    attempt: z.int(),
    trigger: z.string(),
    target: targetSchema.nullable(),
    project_id: z.uuid().nullable(),
    user_id: z.uuid().nullable(),
    priority: z.int(),
    labels: z.array(z.string()),
    timeout_seconds: z.int(),
    parent_run_id: z.uuid().nullable(),
    rerun_of: z.uuid().nullable(),
    schedule_id: z.uuid().nullable(),
    tick_at: when.describe('The tick of its schedule that the run answers'),
    due_at: when.describe('The run does not start before this time'),
    created_at: z.iso.datetime(),
    dispatched_at: when,
    started_at: when,
    finished_at: when,
    cancel_requested_at: when,
    links: z.record(z.string(), z.string().nullable()),
  })
  .meta({ id: 'RunSummary' });
export const runSchema = feedRunSchema
  .extend({
    input: z.unknown(),
    result: z.unknown(),
    outputs: z
      .array(z.object({ type: z.string(), href: z.string(), text: z.string() }).meta({ id: 'RunOutput' }))
      .describe('The outputs of the run, with links to them'),
  })
  .meta({ id: 'Run' });
export const skippedAgentSchema = z
  .object({
    agent: z.string(),
    code: z.string(),
    message: z.string(),
    decided_by: bindingSchema.nullable(),
  })
  .meta({ id: 'SkippedAgent' });
/** The answer of an action whose runs may be refused, beside its own data. */
export const followUpSchema = z.object({
  agent_runs: z.array(runSchema),
  skipped_agents: z.array(skippedAgentSchema),
});
export const startedSchema = z.object({ agent_runs: z.array(runSchema) }).meta({ id: 'StartedRuns' });

export const eventSchema = z
  .object({
    run_id: z.uuid(),
    seq: z.int(),
    type: runEventType,
    at: z.iso.datetime(),
    status: runStatus,
    attempt: z.int(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'RunEvent' });
export const attemptSchema = z
  .object({
    number: z.int(),
    status: z.string(),
    worker: z.string(),
    started_at: z.iso.datetime(),
    finished_at: when,
    error: errorSchema.nullable(),
  })
  .meta({ id: 'RunAttempt' });
export const eventsSchema = z
  .object({ events: z.array(eventSchema), next_after: nextNumber })
  .meta({ id: 'RunEventPage' });
export const attemptsSchema = z.object({ attempts: z.array(attemptSchema) }).meta({ id: 'RunAttemptList' });
