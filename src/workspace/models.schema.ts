import { z } from 'zod';

/** Stands beside whatever an agent wrote; `offline model` is the one that needs no key. */
export const modelsSchema = z
  .array(z.string())
  .describe('The models that wrote its text; empty if people or the database did');
