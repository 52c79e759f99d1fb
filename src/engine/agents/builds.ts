import { readFileSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { seeBuild } from './build.store.js';

const EVERY_MS = 3000;

/** The digest of the workflow bundle, which holds every agent and flow; null where nothing was built. */
export function buildId(): string | null {
  try {
    return readFileSync(new URL('../../../build-id', import.meta.url), 'utf8').trim();
  } catch {
    return null;
  }
}

/** Reports the build until the process closes its database. */
export function keepSeeing(db: DataSource, id: string): void {
  const timer = setInterval(() => {
    if (db.isInitialized) seeBuild(db, id).catch(() => undefined);
    else clearInterval(timer);
  }, EVERY_MS).unref();
}
