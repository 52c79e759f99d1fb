import { z } from 'zod';
import { eventSchema } from '../runs/run.dto.js';

const verdict = z.enum(['verified', 'mismatch', 'pending']).meta({ id: 'Verdict' });
const proofSchema = z
  .object({ event_id: z.int(), event_type: z.string(), event_time: z.iso.datetime() })
  .describe("The event of Temporal's history, or the entry of the audit chain, that proves it")
  .meta({ id: 'Proof' });

const source = z.enum(['temporal', 'archive']).meta({ id: 'ProofSource' });
const auditedEventSchema = eventSchema
  .partial()
  .extend({ seq: z.int(), verdict, source: source.nullable(), proof: proofSchema.nullable() })
  .meta({ id: 'AuditedEvent' });

export const auditSchema = z
  .object({
    run_id: z.uuid(),
    verdict: verdict.describe('verified when everything is; pending while history is still being written'),
    reason: z
      .string()
      .nullable()
      .describe('The reason why nothing could be compared, or a note about the archive'),
    source: source.nullable(),
    run: z
      .object({ verdict })
      .describe(
        'The verdict on the fields that the feed shows; for a run of an earlier version, on its status alone',
      ),
    archive: z
      .object({
        verdict,
        signed_at: z.iso.datetime().nullable(),
        adopted: z
          .boolean()
          .describe('The run is older than the audit chain and was signed later, as it was found'),
      })
      .describe('Whether the archived histories are those that were signed'),
    events: z.array(auditedEventSchema),
  })
  .meta({ id: 'RunAudit' });
