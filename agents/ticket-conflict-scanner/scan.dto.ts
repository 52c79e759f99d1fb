import { z } from 'zod';
import { startedSchema } from '../../src/engine/runs/run.dto.js';

export const scanSchema = z
  .strictObject({
    all: z.boolean().default(false).describe('Judges all pairs again; decisions of people stay'),
  })
  .default({ all: false })
  .meta({ id: 'TicketConflictScan' });
export type Scan = z.output<typeof scanSchema>;

export const scanningSchema = startedSchema;
