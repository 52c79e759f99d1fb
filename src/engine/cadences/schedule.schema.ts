import { Cron } from 'croner';
import { z } from 'zod';
import { timeZone } from '../../platform/http/time-zone.js';

/** Shorter periods would cost more to keep account of than they do. */
const LEAST_PERIOD_SECONDS = 10;
const MOST_PERIOD_SECONDS = 31 * 86_400;

const everySeconds = z
  .int()
  .min(LEAST_PERIOD_SECONDS)
  .max(MOST_PERIOD_SECONDS)
  .describe('Counted from 1970-01-01T00:00Z, so that 3600 means every full hour in UTC');

const cron = z
  .string()
  .max(200)
  .superRefine((expression, context) => {
    const message = whyNotCron(expression);
    if (message) context.addIssue({ code: 'custom', message });
  });

/** Five fields, read as Vixie cron does; a day that is named in both day fields counts when either fits. */
function whyNotCron(expression: string): string | null {
  const fields = expression.trim().split(/\s+/).length;
  if (fields !== 5) return `must be five cron fields, such as 30 7 * * MON-FRI, not ${fields}`;
  try {
    const next = new Cron(expression, { mode: '5-part', paused: true }).nextRun();
    return next === null ? 'must name a time that comes' : null;
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    return `must be five cron fields, such as 30 7 * * MON-FRI: ${words}`;
  }
}

const inTheFuture = z.iso
  .datetime({ offset: true })
  .refine((at) => Date.parse(at) > Date.now(), 'must be in the future')
  .refine((at) => Date.parse(at) < Date.now() + 20 * 365 * 86_400_000, 'must be within 20 years')
  .transform((at) => new Date(Math.ceil(Date.parse(at) / 1000) * 1000).toISOString());

/** The schedules that a version or a binding may set. */
export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('manual') }),
    z.strictObject({
      kind: z.literal('interval'),
      every_seconds: everySeconds.optional().describe('Default: OPERATING_BACKGROUND_INTERVAL_SECONDS'),
    }),
    z.strictObject({
      kind: z.literal('cron'),
      cron: cron.describe('Five fields: minute, hour, day of month, month, day of week'),
      time_zone: timeZone.optional().describe('Default: the time zone of the project'),
    }),
    z
      .strictObject({ kind: z.literal('nightly') })
      .describe('Every day at the hour in TICKET_CONFLICT_SCAN_HOUR_UTC, in UTC'),
    z.strictObject({ kind: z.literal('once'), at: inTheFuture }),
  ])
  .meta({ id: 'ScheduleRuleInput' });

/** A schedule as it is shown: what was in the future may have passed. */
export const scheduleShownSchema = z
  .object({
    kind: z.enum(['manual', 'interval', 'cron', 'nightly', 'once']),
    every_seconds: z.int().optional(),
    cron: z.string().optional(),
    time_zone: z.string().optional(),
    at: z.string().optional(),
  })
  .meta({ id: 'ScheduleRule' });
