import { z } from 'zod';
import { dayParts } from '../../../agents/day-parts.js';
import type { DayPart } from '../../../workflows/contract/day-part.js';
import { followUpSchema } from '../../engine/runs/run.dto.js';
import { idOfLast, nextDay, nextId, pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { day } from '../day.js';
import { modelsSchema } from '../models.schema.js';
import type { Session } from './daily.store.js';

const MOST_TEXT = 100_000;
const limit = pageLimit();

export const sessionsQuerySchema = z.strictObject({
  before: day.optional().describe('The last day of the page before'),
  limit,
});
export type SessionsQuery = z.output<typeof sessionsQuerySchema>;

export const planSchema = z
  .strictObject({
    plan: plain(MOST_TEXT).nullable().describe('Null removes the override'),
  })
  .meta({ id: 'Plan' });
export type Plan = z.output<typeof planSchema>;

export const checkinsQuerySchema = z.strictObject({
  day: day.optional().describe("Only check-ins of this day, by the project's clock"),
  before: idOfLast('check-in'),
  limit,
});
export type CheckinsQuery = z.output<typeof checkinsQuerySchema>;

export const checkinCreateSchema = z.strictObject({ body: plain(MOST_TEXT) }).meta({ id: 'CheckinCreate' });
export type CheckinCreate = z.output<typeof checkinCreateSchema>;

const when = z.iso.datetime();
/** A part that an agent leaves, under the name `Daily…` of its own. */
const leftBy = ({ name, content }: DayPart) =>
  content
    .extend({ run_id: z.uuid(), models: modelsSchema })
    .meta({ id: `Daily${name.charAt(0).toUpperCase()}${name.slice(1)}` })
    .nullable()
    .describe("An agent's part of the day, with its `run_id` and `models`; null until there is one");

export const sessionSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    user_id: z.uuid(),
    day: z.iso.date().describe("By the project's clock"),
    plan: z.string().nullable(),
    ...Object.fromEntries(dayParts.map((part) => [part.name, leftBy(part)])),
    updated_at: when,
  })
  .meta({ id: 'DailySession' });

/** A session as people see it: each part has its own field, and is null until an agent has left it. */
export function presentSession({ parts, updated_at, ...session }: Session) {
  const shown = Object.fromEntries(dayParts.map(({ name }) => [name, parts[name] ?? null]));
  return { ...session, ...shown, updated_at };
}

export const checkinSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    session_id: z.uuid(),
    day: z.iso.date(),
    user_id: z.uuid(),
    body: z.string(),
    coaching: z.string().nullable(),
    run_id: z.uuid().nullable().describe('The run that coached'),
    models: modelsSchema,
    at: when,
  })
  .meta({ id: 'Checkin' });
export const checkinSavedSchema = checkinSchema.extend(followUpSchema.shape).meta({ id: 'CheckinSaved' });
export const sessionsSchema = z
  .object({ sessions: z.array(sessionSchema), next_before: nextDay })
  .meta({ id: 'DailySessionPage' });
export const checkinsSchema = z
  .object({ checkins: z.array(checkinSchema), next_before: nextId })
  .meta({ id: 'CheckinPage' });
