import { z } from 'zod';

const MOST_PAYLOADS = 5000;

/** A payload as protobuf writes it in JSON: bytes are base64. What else it holds comes back untouched. */
const payload = z.looseObject({
  metadata: z.record(z.string(), z.base64()).default({}),
  data: z.base64().optional(),
});
export type GivenPayload = z.output<typeof payload>;

const payloads = z.strictObject({ payloads: z.array(payload).max(MOST_PAYLOADS) });

/** The body of Temporal's remote codec protocol, and its answer. */
export const payloadsSchema = payloads.meta({ id: 'SealedPayloads' });
export const openedSchema = payloads.meta({ id: 'OpenedPayloads' });
export type Payloads = z.output<typeof payloadsSchema>;
