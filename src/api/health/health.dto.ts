import { z } from 'zod';

export const livenessSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

const partSchema = z
  .looseObject({ status: z.enum(['up', 'degraded', 'down']) })
  .meta({ id: 'PartHealth', description: 'The state of one part, with the facts that this part adds' });
const parts = z.record(z.string(), partSchema);

export const readinessSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'error', 'shutting_down']),
    info: parts.describe('The parts that are there, by name'),
    error: parts.describe('The parts that are not there, by name'),
    details: parts.describe('All parts, by name'),
  })
  .meta({ id: 'Readiness' });
