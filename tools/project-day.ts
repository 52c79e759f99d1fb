import { z } from 'zod';
import { PostgresFactsStore } from '../src/engine/reports/facts.store.js';
import { reported } from '../src/engine/reports/reported.js';
import { projectDay } from '../workflows/contract/reports.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'projectDay',
  purpose:
    "Figures of a day of the run's project; without a day, of the one before the run's tick, or before it was asked for.",
  effect: 'read',
  input: z.strictObject({ day: z.iso.date().nullable() }),
  output: projectDay,
  example: { day: null },
  use: ({ db }, run_id, { day }) => reported(new PostgresFactsStore(db).day(run_id, day)),
});
