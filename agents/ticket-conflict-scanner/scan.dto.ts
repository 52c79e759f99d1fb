import { z } from 'zod';
import { startedSchema } from '../../src/engine/runs/run.dto.js';

export const scanSchema = z
  .strictObject({
    all: z
      .boolean()
      .default(false)
      .describe('Judge again what was judged before; what a person has decided stays decided'),
  })
  .default({ all: false })
  .meta({ id: 'TicketConflictScan' });
export type Scan = z.output<typeof scanSchema>;

export const scanningSchema = startedSchema;
