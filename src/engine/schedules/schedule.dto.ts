import { z } from 'zod';
import { plain } from '../../platform/http/text.js';
import { bindingSchema } from '../agents/agents.dto.js';
import { scheduleShownSchema } from '../cadences/schedule.schema.js';
import { runSchema } from '../runs/run.dto.js';
import { TICK_OUTCOMES } from './ledger.js';

export const MOST_BACKFILLED = 100;

export const schedulesQuerySchema = z.strictObject({
  agent: plain(100).optional(),
  project_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  failing: z
    .stringbool()
    .optional()
    .describe('Only those without a success for too long, or only the others'),
  after: z.uuid().optional().describe('The id of the last schedule of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type SchedulesQuery = z.output<typeof schedulesQuerySchema>;

const moment = z.iso.datetime({ offset: true }).transform((at) => new Date(at));

export const ticksQuerySchema = z.strictObject({
  before: moment.optional().describe('Ticks before this moment; now, unless said otherwise'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type TicksQuery = z.output<typeof ticksQuerySchema>;

export const previewQuerySchema = z.strictObject({
  count: z.coerce.number().int().min(1).max(100).default(5),
});
export type PreviewQuery = z.output<typeof previewQuerySchema>;

export const backfillSchema = z
  .strictObject({
    from: moment,
    to: moment,
    dry_run: z.boolean().default(true).describe('Shows what would be started, and its hash'),
    hash: z.string().max(100).optional().describe('Of the dry run; needed when it is for real'),
  })
  .refine(({ dry_run, hash }) => dry_run || hash !== undefined, {
    path: ['hash'],
    message: 'must be the hash of a dry run of the same backfill',
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' });
export type Backfill = z.output<typeof backfillSchema>;

const when = z.iso.datetime();

export const nextTickSchema = z.object({
  tick_at: when,
  local: z.string().describe('The same moment as the schedule’s time zone shows it'),
  starts_at: when.describe('Later than the tick where starts are spread'),
  starts_at_local: z.string(),
});
export const reasonSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    binding_id: z.uuid().describe('Where a binding disables the agent').optional(),
    scope: z.string().describe('Of that binding').optional(),
    run_id: z.uuid().describe('The run that is still under way').optional(),
    into: z.iso.datetime().describe('The later tick that stands for it').optional(),
  })
  .nullable();

export const presentedScheduleSchema = z.object({
  id: z.uuid(),
  agent: z.string(),
  project_id: z.uuid(),
  user_id: z.uuid().nullable(),
  schedule: scheduleShownSchema.nullable().describe('Null where it follows none any more'),
  origin: z
    .object({ binding_id: z.uuid().nullable() })
    .describe('The binding that sets it; null where the agent’s version does'),
  time_zone: z.string(),
  enabled: z.boolean(),
  decided_by: bindingSchema.nullable(),
  background_enabled: z.boolean().describe('OPERATING_BACKGROUND_ENABLED'),
  paused: z.object({ at: when, by: z.uuid().nullable() }).nullable(),
  next: nextTickSchema.nullable(),
  last_run: z
    .object({ id: z.uuid(), status: z.string(), tick_at: when.nullable(), created_at: when })
    .nullable(),
  failing_since: when.nullable().describe('Since when a success has been missing'),
  refused: z.string().nullable().describe('Why Temporal does not take the schedule'),
  created_at: when,
});
export const scheduleEventSchema = z.object({
  id: z.uuid(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  at: when,
});
export const tickSchema = z.object({
  tick_at: when,
  local: z.string(),
  outcome: z.enum(TICK_OUTCOMES),
  reason: reasonSchema,
  run: z.object({ id: z.uuid(), status: z.string() }).nullable(),
});
export const previewSchema = z.object({
  ticks: z.array(nextTickSchema),
  would: z.enum(['run', 'skipped', 'gated']).describe('What would become of a tick now'),
  reason: reasonSchema,
});
export const backfillAnswerSchema = z.object({
  dry_run: z.boolean(),
  hash: z.string(),
  ticks: z.array(tickSchema.omit({ run: true })),
  agent_runs: z.array(runSchema),
});
