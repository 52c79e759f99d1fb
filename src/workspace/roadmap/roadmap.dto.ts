import { z } from 'zod';
import { startedSchema } from '../../engine/runs/run.dto.js';
import { EPIC_STATUSES } from '../../platform/db/entities/roadmap.entity.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plain, plainTrimmed } from '../../platform/http/text.js';
import { version, versionOrNone } from '../../platform/http/version.js';
import { modelsSchema } from '../models.schema.js';

export const summaryText = plain(100_000);
export const epicTitle = plainTrimmed(200);
export const epicGoal = plain(10_000);
export const ticketIds = z.array(z.uuid()).max(500);
const status = z.enum(EPIC_STATUSES).meta({ id: 'EpicStatus' });
const position = z.int().min(0).max(1_000_000);

export const roadmapQuerySchema = z.strictObject({
  dropped: z.stringbool().default(false).describe('With the epics that were dropped'),
  after: idOfLast('epic'),
  limit: pageLimit({ usual: 100 }),
});
export type RoadmapQuery = z.output<typeof roadmapQuerySchema>;

export const roadmapChangeSchema = z
  .strictObject({
    summary: summaryText,
    version: versionOrNone.describe('The version you saw; 0 if nobody has written it yet'),
  })
  .meta({ id: 'RoadmapChange' });
export type RoadmapChange = z.output<typeof roadmapChangeSchema>;

export const epicCreateSchema = z
  .strictObject({
    title: epicTitle,
    goal: epicGoal,
    status: status.default('planned'),
    position: position.optional().describe('Added at the end without it'),
    ticket_ids: ticketIds.default([]).describe('Tickets of the same project'),
  })
  .meta({ id: 'EpicCreate' });
export type EpicCreate = z.output<typeof epicCreateSchema>;

export const epicChangeSchema = z
  .strictObject({
    title: epicTitle.optional(),
    goal: epicGoal.optional(),
    status: status.optional(),
    position: position.optional(),
    ticket_ids: ticketIds.optional(),
    version: version.describe('The version you saw'),
  })
  .meta({ id: 'EpicChange' });
export type EpicChange = z.output<typeof epicChangeSchema>;

const when = z.iso.datetime();
export const epicSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    title: z.string(),
    goal: z.string(),
    status,
    position: z.int(),
    ticket_ids: z.array(z.uuid()),
    models: modelsSchema,
    version,
    created_at: when,
    updated_at: when,
  })
  .meta({ id: 'Epic' });
export const roadmapSchema = z
  .object({
    project_id: z.uuid(),
    summary: z.string(),
    models: modelsSchema,
    version: z.int(),
    updated_by: z.uuid().nullable(),
    updated_at: when.nullable(),
  })
  .meta({ id: 'Roadmap' });
export const roadmapShownSchema = roadmapSchema
  .extend({
    epics: z.array(epicSchema),
    next_after: nextId,
  })
  .meta({ id: 'RoadmapDetail' });

export const generateSchema = z
  .strictObject({
    goals: plainTrimmed(10_000).describe('The goals of the project, in your words'),
  })
  .meta({ id: 'RoadmapGoals' });
export type Generate = z.output<typeof generateSchema>;
export const generatingSchema = startedSchema;
