import { z } from 'zod';
import { numbersSchema } from '../../../workflows/contract/snapshot.js';
import { startedSchema } from '../../engine/runs/run.dto.js';
import { SNAPSHOT_STATUSES } from '../../platform/db/entities/snapshot.entity.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plainTrimmed } from '../../platform/http/text.js';
import { day } from '../day.js';
import { modelsSchema } from '../models.schema.js';

const MOST_DAYS = 366;
const status = z.enum(SNAPSHOT_STATUSES).meta({ id: 'SnapshotStatus' });

export const snapshotsQuerySchema = z.strictObject({
  status: status.optional(),
  before: idOfLast('snapshot'),
  limit: pageLimit(),
});
export type SnapshotsQuery = z.output<typeof snapshotsQuerySchema>;

export const snapshotCreateSchema = z
  .strictObject({
    title: plainTrimmed(200).optional().describe('The title; without it, the period'),
    from_day: day,
    to_day: day.describe('The last day; it belongs to the period'),
  })
  .refine(({ from_day, to_day }) => from_day <= to_day, {
    path: ['to_day'],
    message: 'must not be before from_day',
  })
  .refine(({ from_day, to_day }) => Date.parse(to_day) - Date.parse(from_day) < MOST_DAYS * 86_400_000, {
    path: ['to_day'],
    message: `must be less than ${MOST_DAYS} days after from_day`,
  })
  .meta({ id: 'SnapshotCreate' });
export type SnapshotCreate = z.output<typeof snapshotCreateSchema>;

const when = z.iso.datetime();
export const snapshotSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    title: z.string(),
    from_day: z.iso.date().describe("By the project's clock"),
    to_day: z.iso.date(),
    status,
    body: z.string().nullable().describe('Null until an agent has drafted it'),
    numbers: numbersSchema.nullable(),
    version: z.int(),
    requested_by: z.uuid().nullable(),
    run_id: z.uuid().nullable().describe('The run that drafted it'),
    models: modelsSchema,
    created_at: when,
    published_at: when.nullable(),
  })
  .meta({ id: 'Snapshot' });

export const snapshotRequestedSchema = snapshotSchema
  .extend(startedSchema.shape)
  .meta({ id: 'SnapshotRequested' });
export const snapshotsSchema = z
  .object({ snapshots: z.array(snapshotSchema), next_before: nextId })
  .meta({ id: 'SnapshotPage' });
