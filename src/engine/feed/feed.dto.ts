import { z } from 'zod';
import { pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { feedRunSchema, label, runStatus } from '../runs/run.dto.js';

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => (typeof value === 'string' ? value.split(',') : value), z.array(item).max(20));

const moment = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

export const runScope = z.enum(['mine', 'organisation']).meta({ id: 'RunScope' });

export const feedQuerySchema = z.strictObject({
  scope: runScope
    .default('mine')
    .describe(
      'Your own runs, or all runs of the organisation with those of schedules, which belong to no person. `project_id` limits them to one project',
    ),
  agent: list(plain(100)).optional(),
  status: list(runStatus).optional(),
  target: plain(301)
    .regex(/^[^:]{1,100}(:.{1,200})?$/s, 'must be type or type:id')
    .optional(),
  label: list(label).optional().describe('Only runs with all of these labels'),
  project_id: z.uuid().optional(),
  since: moment.optional(),
  until: moment.optional(),
  limit: pageLimit({ usual: 20 }),
  cursor: z.string().max(500).optional(),
});
export type FeedQuery = z.output<typeof feedQuerySchema>;

export const feedSchema = z
  .object({
    active: z.array(feedRunSchema),
    recent: z.array(feedRunSchema),
    failures: z.object({
      count: z.int(),
      capped: z.boolean().describe('True if there are more than were counted'),
      window_seconds: z.int(),
      by_agent: z.array(z.object({ agent: z.string(), count: z.int() })),
    }),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'RunFeed' });
