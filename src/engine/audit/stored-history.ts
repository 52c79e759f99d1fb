import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { DataSource, EntityManager } from 'typeorm';
import { digestOf } from '../../platform/digest.js';
import type { ArchivedExecution } from '../attestation/chain.js';
import { historiesOf } from './archive.store.js';

const unzip = promisify(gunzip);

/** The history of one execution, as it is archived: its payloads are sealed. */
export interface StoredHistory extends ArchivedExecution {
  bytes: Buffer;
}

/** Returns the histories in the order of the executions, each with the digest of its stored form. */
export async function storedHistories(
  db: DataSource | EntityManager,
  run_id: string,
): Promise<StoredHistory[]> {
  const rows = await historiesOf(db, run_id);
  return Promise.all(
    rows.map(async ({ temporal_run_id, events, history }) => {
      const bytes = await unzip(history);
      return { temporal_run_id, events, sha256: digestOf(bytes), bytes };
    }),
  );
}

type Execution = Pick<ArchivedExecution, 'temporal_run_id' | 'sha256'>;

export function areAsSigned(stored: readonly Execution[], signed: readonly Execution[]): boolean {
  const digests = new Map(signed.map(({ temporal_run_id, sha256 }) => [temporal_run_id, sha256]));
  return (
    stored.length === signed.length &&
    stored.every(({ temporal_run_id, sha256 }) => digests.get(temporal_run_id) === sha256)
  );
}

/** Compares the executions alone, whatever their histories hold. */
export function areSameExecutions(
  stored: readonly Pick<Execution, 'temporal_run_id'>[],
  signed: readonly Pick<Execution, 'temporal_run_id'>[],
): boolean {
  const known = new Set(signed.map(({ temporal_run_id }) => temporal_run_id));
  return stored.length === signed.length && stored.every(({ temporal_run_id }) => known.has(temporal_run_id));
}
