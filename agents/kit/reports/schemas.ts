import { z } from 'zod';

/** The parts of the outputs and answers of reports. */

export const countSchema = z.int().min(0);

export const ended = z.array(z.object({ agent: z.string(), status: z.string(), count: countSchema }));

/** The messages of failures stay in PostgreSQL. */
export const failedRuns = z
  .array(z.object({ run_id: z.string(), agent: z.string(), code: z.string(), ended_at: z.iso.datetime() }))
  .describe('The newest failures, as the database has them');

export const unknownIds = countSchema.describe(
  'Ids that the model named and was not told; they were dropped',
);

/** A provider holds its model to this schema: it is closed, and every field is required. */
const point = z.strictObject({
  text: z.string().describe('One sentence'),
  run_ids: z.array(z.string()).max(20).describe('The run_id of each run that it is about'),
});
export const points = z.array(point).max(5);

/** The points as the API shows them, under a name of their own. */
export const shownPoints = z.array(point.meta({ id: 'ReportPoint' })).max(5);

export const usageSchema = z.object({
  model_calls: countSchema,
  input_tokens: countSchema,
  output_tokens: countSchema,
  cost_usd: z.number().nullable(),
  runs_of_unknown_cost: countSchema,
});
