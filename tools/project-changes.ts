import { z } from 'zod';
import { PostgresFactsStore } from '../src/engine/reports/facts.store.js';
import { reported } from '../src/engine/reports/reported.js';
import { projectChanges } from '../workflows/contract/reports.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'projectChanges',
  purpose:
    "Figures of what changed in the run's project since a moment, or else since the pulse before; with neither, within a day.",
  effect: 'read',
  input: z.strictObject({ since: z.iso.datetime().nullable() }),
  output: projectChanges,
  example: { since: null },
  use: ({ db }, run_id, { since }) => reported(new PostgresFactsStore(db).changes(run_id, since)),
});
