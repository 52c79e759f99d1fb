import type { DataSource } from 'typeorm';
import { type Seeded, seed } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { VectorIndexes } from '../../src/workspace/retrieval/pgvector.store.js';
import { spaceFor } from '../../src/workspace/retrieval/space.store.js';
import type { BenchStack } from '../harness/stack.js';
import { BENCH_DIMENSIONS } from '../harness/vectors/random.js';
import { vectorDatabase } from '../harness/vectors/server.js';
import { type Drawn, makeChunks, topics } from './chunks.js';

export const SPACE = { requested_model: 'bench', model: 'bench', dimensions: BENCH_DIMENSIONS };

export interface Filled extends Seeded {
  chunks: Drawn[];
}

export interface RetrievalSizes {
  few_chunks: number;
  many_chunks: number;
  searches: number;
}

export interface RetrievalStage {
  db: DataSource;
  space_id: number;
  few: Filled;
  many: Filled;
  /** Null if the index exists; otherwise the reason. */
  without_index: string | null;
}

/** Makes one database with a small and a large project, on a server with pgvector if one can be had. */
export async function startRetrieval(bench: BenchStack, sizes: RetrievalSizes): Promise<RetrievalStage> {
  const { step, log, signal } = bench;
  const { url, missing } = await vectorDatabase(bench, 'retrieval');
  const db = await createDataSource(url, 4, 'nightshift-bench').initialize();
  const space_id = await db.transaction((tx) => spaceFor(tx, SPACE));
  const around = topics();
  const fill = (project: string, count: number) => () =>
    seed(db, {
      organisation: 'Bench',
      project,
      email: 'one@bench.invalid',
      name: 'one',
      new_key: false,
    }).then(async (place) => ({
      ...place,
      chunks: await makeChunks(db, { ...place, space_id }, around, count, signal),
    }));
  const few = await step('few chunks', fill('Few', sizes.few_chunks));
  const many = await step('many chunks', fill('Many', sizes.many_chunks));
  await db.query('VACUUM ANALYZE');
  if (missing === null) {
    const quiet = { info: () => undefined, warn: log };
    await step('vector index', () => new VectorIndexes(db, quiet).pass());
  } else log(`search by pgvector is not measured: ${missing}`);
  return { db, space_id, few, many, without_index: missing };
}
