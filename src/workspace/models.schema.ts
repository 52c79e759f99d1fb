import { z } from 'zod';

/** Stands beside whatever an agent wrote; `offline model` is the one that needs no key. */
export const modelsSchema = z
  .array(z.string())
  .describe('The models whose words it has; empty where people or the database wrote it');
