import { join } from 'node:path';

/** The Node programs of the stack; a test passes its own. */
export interface Entries {
  migrate: string;
  seed: string;
  model: string;
  worker: string;
  api: string;
}

export const entriesIn = (folder: string): Entries => ({
  migrate: join(folder, 'migrate.js'),
  seed: join(folder, 'seed.js'),
  model: join(folder, 'offline-model.js'),
  worker: join(folder, 'worker.js'),
  api: join(folder, 'main.js'),
});
