import { z } from 'zod';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { bindingSchema } from '../agents/agents.dto.js';
import { scheduleShownSchema } from '../cadences/schedule.schema.js';
import { runSchema, runStatus } from '../runs/run.dto.js';
import { TICK_OUTCOMES } from './ledger.js';

export const MOST_BACKFILLED = 100;

export const schedulesQuerySchema = z.strictObject({
  agent: plain(100).optional(),
  project_id: z.uuid().optional(),
  user_id: z.uuid().optional(),
  failing: z.stringbool().optional().describe('True: only failing schedules; false: only the others'),
  after: idOfLast('schedule'),
  limit: pageLimit(),
});
export type SchedulesQuery = z.output<typeof schedulesQuerySchema>;

const moment = z.iso.datetime({ offset: true }).transform((at) => new Date(at));

export const ticksQuerySchema = z.strictObject({
  before: moment.optional().describe('Ticks before this time; without it, before now'),
  limit: pageLimit({ most: 500 }),
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
    dry_run: z.boolean().default(true).describe('Lists the runs that would start, with a hash'),
    hash: z.string().max(100).optional().describe('The hash of the dry run; required without `dry_run`'),
  })
  .refine(({ dry_run, hash }) => dry_run || hash !== undefined, {
    path: ['hash'],
    message: 'must be the hash of a dry run of the same backfill',
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' })
  .meta({ id: 'Backfill' });
export type Backfill = z.output<typeof backfillSchema>;

const when = z.iso.datetime();

export const nextTickSchema = z
  .object({
    tick_at: when,
    local: z.string().describe("The same moment as the schedule's time zone shows it"),
    starts_at: when.describe('The start of the run; later than the tick if starts are spread'),
    starts_at_local: z.string(),
  })
  .meta({ id: 'UpcomingTick' });
export const reasonSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    binding_id: z.uuid().describe('The binding that disables the agent').optional(),
    scope: z.string().describe('Of that binding').optional(),
    run_id: z.uuid().describe('The run that is still under way').optional(),
    into: z.iso.datetime().describe('The later tick into which this one was coalesced').optional(),
  })
  .meta({ id: 'TickReason' });

const originSchema = z.object({ binding_id: z.uuid().nullable() }).meta({
  id: 'ScheduleOrigin',
  description: "The binding that sets it; null if the agent's version does",
});
const pauseSchema = z.object({ at: when, by: z.uuid().nullable() }).meta({ id: 'SchedulePause' });
const lastRunSchema = z
  .object({ id: z.uuid(), status: runStatus, tick_at: when.nullable(), created_at: when })
  .meta({ id: 'ScheduleLastRun' });

export const presentedScheduleSchema = z
  .object({
    id: z.uuid(),
    agent: z.string(),
    project_id: z.uuid(),
    user_id: z.uuid().nullable(),
    schedule: scheduleShownSchema.nullable().describe('Null if the schedule follows no cadence any more'),
    origin: originSchema,
    time_zone: z.string(),
    enabled: z.boolean(),
    decided_by: bindingSchema.nullable(),
    background_enabled: z.boolean().describe('OPERATING_BACKGROUND_ENABLED'),
    paused: pauseSchema.nullable(),
    next: nextTickSchema.nullable(),
    last_run: lastRunSchema.nullable(),
    failing_since: when.nullable().describe('The time since which a success is missing'),
    refused: z.string().nullable().describe('The reason why Temporal refuses the schedule'),
    created_at: when,
  })
  .meta({ id: 'Schedule' });
export const scheduleEventSchema = z
  .object({
    id: z.uuid(),
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
    at: when,
  })
  .meta({ id: 'ScheduleEvent' });
export const tickSchema = z
  .object({
    tick_at: when,
    local: z.string(),
    outcome: z.enum(TICK_OUTCOMES).meta({ id: 'TickOutcome' }),
    reason: reasonSchema.nullable(),
    run: z.object({ id: z.uuid(), status: runStatus }).nullable(),
  })
  .meta({ id: 'Tick' });
export const previewSchema = z
  .object({
    ticks: z.array(nextTickSchema),
    would: z.enum(['run', 'skipped', 'gated']).describe('The answer that a tick would get now'),
    reason: reasonSchema.nullable(),
  })
  .meta({ id: 'SchedulePreview' });
export const backfillAnswerSchema = z
  .object({
    dry_run: z.boolean(),
    hash: z.string(),
    ticks: z.array(tickSchema.omit({ run: true })),
    agent_runs: z.array(runSchema),
  })
  .meta({ id: 'BackfillResult' });

export const scheduleDetailSchema = presentedScheduleSchema
  .extend({ events: z.array(scheduleEventSchema) })
  .meta({ id: 'ScheduleDetail' });
export const schedulesSchema = z
  .object({ schedules: z.array(presentedScheduleSchema), next_after: nextId })
  .meta({ id: 'SchedulePage' });
export const ticksSchema = z
  .object({ ticks: z.array(tickSchema), next_before: when.nullable() })
  .meta({ id: 'TickPage' });
