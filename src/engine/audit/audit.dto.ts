import { z } from 'zod';
import { eventSchema } from '../runs/run.dto.js';

const verdict = z.enum(['verified', 'mismatch', 'pending']);
const proofSchema = z
  .object({ event_id: z.int(), event_type: z.string(), event_time: z.iso.datetime() })
  .describe('The event of Temporal’s history, or the entry of the audit chain, that proves it');

export const auditSchema = z.object({
  run_id: z.uuid(),
  verdict: verdict.describe('verified when everything is; pending while history is still being written'),
  reason: z
    .string()
    .nullable()
    .describe('Why nothing could be compared, or what has to be said of the archive'),
  source: z.enum(['temporal', 'archive']).nullable(),
  run: z
    .object({ verdict })
    .describe('What the feed shows of the run; for a run of an earlier version, its status alone'),
  archive: z
    .object({
      verdict,
      signed_at: z.iso.datetime().nullable(),
      adopted: z
        .boolean()
        .describe('Signed later, as it was found: the run is from before there was a chain'),
    })
    .describe('Whether the archived histories are those that were signed'),
  events: z.array(
    eventSchema.partial().extend({
      seq: z.int(),
      verdict,
      source: z.enum(['temporal', 'archive']).nullable(),
      proof: proofSchema.nullable(),
    }),
  ),
});
