import { z } from 'zod';

const count = z.number();

/** The figures of a period, as PostgreSQL counts them. */
export const numbersSchema = z
  .object({
    tickets: z.object({
      opened: count,
      closed: count,
      blocked: count.describe('The time of the numbers'),
    }),
    docs: z.object({ written: count }),
    messages: count,
    checkins: count,
    runs: z.array(z.object({ agent: z.string(), status: z.string(), runs: count })),
    tokens: z.object({ input: count, output: count }),
    cost_usd: count,
  })
  .meta({ id: 'SnapshotNumbers' });
