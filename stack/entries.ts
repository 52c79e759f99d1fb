import { join } from 'node:path';

/** The Node programs of the stack. */
export interface Entries {
  migrate: string;
  seed: string;
  model: string;
  worker: string;
  api: string;
}

/** The programs in the folder of a build, or in the checkout. */
export const entriesIn = (folder: string): Entries => ({
  migrate: join(folder, 'src/commands/migrate.js'),
  seed: join(folder, 'src/commands/seed.js'),
  model: join(folder, 'offline-model/main.js'),
  worker: join(folder, 'src/worker/main.js'),
  api: join(folder, 'src/api/main.js'),
});
