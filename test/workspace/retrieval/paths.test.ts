import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { vectorBinaries } from '../../../bench/harness/vectors/binaries.js';
import type { ChunkOwner } from '../../../src/workspace/retrieval/chunk.store.js';
import {
  type NearestQuery,
  type Neighbour,
  nearest,
  nearestByIndex,
  nearestBySigns,
} from '../../../src/workspace/retrieval/nearest.store.js';
import { VectorIndexes } from '../../../src/workspace/retrieval/pgvector.store.js';
import { spaceFor } from '../../../src/workspace/retrieval/space.store.js';
import { ofLengthOne, storeEmbeddings } from '../../../src/workspace/retrieval/vector.store.js';
import { PrivatePostgres } from '../../support/private-parts.js';
import { TestStack } from '../../support/stack.js';
import { Library } from './library.js';

const binaries = await vectorBinaries();
const missing = 'missing' in binaries ? binaries.missing : null;
if (missing !== null) console.warn(`the path by pgvector is not tested: ${missing}`);

const made = { requested_model: 'embedding', model: 'offline model' };
const things = [
  'invoice',
  'export',
  'sign-in',
  'calendar',
  'search',
  'webhook',
  'backup',
  'mobile app',
  'billing',
  'report',
];
const troubles = ['is slow', 'fails at night', 'shows the wrong date', 'loses data', 'needs a button'];
const places = [
  'for new customers',
  'in Berlin',
  'since the last release',
  'on Fridays',
  'for large teams',
  'on the phone',
];
const sentences = things.flatMap((thing) =>
  troubles.flatMap((trouble) => places.map((place) => `The ${thing} ${trouble} ${place}.`)),
);
const queries = [
  'customers cannot log in',
  'the app on my telephone takes long',
  'a copy of everything was lost',
  'payments at weekends',
  'the day in the diary is not right',
];

async function embed(texts: string[]): Promise<number[][]> {
  const response = await fetch(`${inject('model')}/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer offline' },
    body: JSON.stringify({ model: 'embedding', input: texts }),
  });
  const { data } = (await response.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

const idsOf = (near: Neighbour[]) => near.map(({ chunk_id }) => chunk_id);
const overlap = (one: Neighbour[], other: Neighbour[]) =>
  idsOf(one).filter((id) => idsOf(other).includes(id)).length / other.length;

/** Runs on either server with the same data, and compares the results of each path. */
describe.each([
  { server: 'plain', skip: false },
  { server: 'pgvector', skip: missing !== null },
])('PostgreSQL: $server', ({ server, skip }) => {
  const postgres = server === 'pgvector' && missing === null ? new PrivatePostgres(binaries as never) : null;
  let stack: TestStack;
  let library: Library;
  let here: ChunkOwner;
  let vectors: Map<string, number[]>;
  let asked: NearestQuery[];
  let within: { project_id: string; user_id: string; type: null };

  beforeAll(async () => {
    if (skip) return;
    await postgres?.start();
    await postgres?.prepare();
    const url = postgres?.url ?? inject('postgres');
    stack = new TestStack({ postgres: url, temporal: inject('temporal'), model: inject('model') });
    await stack.open();
    library = await Library.open(stack.database);
    const { organisation_id, project_id, user_id } = stack.tenant;
    here = { organisation_id, project_id, user_id: null };
    within = { project_id, user_id, type: null };
    vectors = await write(here, sentences);
    const space_id = await library.db.transaction((tx) => spaceFor(tx, { ...made, dimensions: 512 }));
    asked = (await embed(queries)).map((vector) => ({ space_id, vector: ofLengthOne(vector) }));
  });
  afterAll(async () => {
    await library?.close();
    await stack?.close();
    await postgres?.close();
  });

  async function write(place: ChunkOwner, texts: string[]): Promise<Map<string, number[]>> {
    const ids: string[] = [];
    for (const [number, text] of texts.entries()) {
      const id = `${crypto.randomUUID().slice(0, -6)}${String(number).padStart(6, '0')}`;
      ids.push(...(await library.write(place, { type: 'message', id }, text)));
    }
    const embedded = await embed(texts);
    const rows = ids.map((chunk_id, at) => ({ chunk_id, vector: embedded[at] ?? [] }));
    await library.db.transaction((tx) => storeEmbeddings(tx, made, rows));
    return new Map(rows.map(({ chunk_id, vector }) => [chunk_id, ofLengthOne(vector)]));
  }

  const exact = ({ vector }: NearestQuery): Neighbour[] =>
    [...vectors]
      .map(([chunk_id, one]) => ({
        chunk_id,
        similarity: one.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0),
      }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, 10);

  test.skipIf(skip)('by signs: the top ten are those of the exact comparison', async () => {
    for (const one of asked) {
      const near = await nearestBySigns(library.db, within, one, 10);
      expect(overlap(near, exact(one))).toBe(1);
      expect(near[0]?.similarity).toBeCloseTo(exact(one)[0]?.similarity ?? 0, 4);
    }
  });

  test.skipIf(skip)('without an index the signs decide', async () => {
    const [one] = asked as [NearestQuery];
    expect(await nearest(library.db, within, one, 10)).toEqual(
      await nearestBySigns(library.db, within, one, 10),
    );
  });

  test.skipIf(skip)('another project, and another user’s memory, are never near', async () => {
    const project_id = crypto.randomUUID();
    await library.db.query(`INSERT INTO projects (id, organisation_id, name) VALUES ($1, $2, 'Second')`, [
      project_id,
      here.organisation_id,
    ]);
    const copies = await write({ ...here, project_id }, queries);
    const theirs = await write({ ...here, user_id: crypto.randomUUID() }, queries);
    for (const one of asked) {
      const found = idsOf(await nearestBySigns(library.db, within, one, 50));
      expect(found).toHaveLength(50);
      for (const id of [...copies.keys(), ...theirs.keys()]) expect(found).not.toContain(id);
    }
  });

  const silent = { info: () => undefined, warn: () => undefined };

  if (server === 'plain') {
    test('a server without pgvector is left as it is', async () => {
      expect(await new VectorIndexes(library.db, silent).pass()).toBe(false);
    });
    return;
  }

  test.skipIf(skip)('the index is made once, and again where an attempt was interrupted', async () => {
    const state = () =>
      library.db.query(
        `SELECT i.indexrelid::text AS id, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE c.relname LIKE 'chunk_vectors_near_%'`,
      );
    const passes = () => Promise.all([1, 2].map(() => new VectorIndexes(library.db, silent).pass()));
    expect(await new VectorIndexes(library.db, silent).pass()).toBe(true);
    const [first] = await state();
    expect(await passes()).toEqual([true, true]);
    expect(await state()).toEqual([first]);
    await library.db.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1`, [first.id]);
    await new VectorIndexes(library.db, silent).pass();
    const [second] = await state();
    expect(second).toMatchObject({ valid: true });
    expect(second.id).not.toBe(first.id);
  });

  const scans = async (): Promise<number> => {
    await library.db.query('SELECT pg_stat_force_next_flush()');
    const [row] = await library.db.query(
      `SELECT idx_scan::int AS scans FROM pg_stat_user_indexes WHERE indexrelname LIKE 'chunk_vectors_near_%'
        ORDER BY idx_scan DESC LIMIT 1`,
    );
    return row.scans;
  };

  test.skipIf(skip)('by the index: nearly the same top ten, and nobody else’s', async () => {
    let same = 0;
    for (const one of asked) {
      const near = await nearestByIndex(library.db, within, one, 10);
      const signs = await nearestBySigns(library.db, within, one, 10);
      same += overlap(near, signs) / asked.length;
      expect(near.every(({ chunk_id }) => vectors.has(chunk_id))).toBe(true);
      expect(near[0]?.similarity).toBeCloseTo(signs[0]?.similarity ?? 0, 2);
    }
    expect(same).toBeGreaterThanOrEqual(0.9);
    expect(await scans()).toBeGreaterThanOrEqual(asked.length);
  });

  test.skipIf(skip)(
    'a large project is searched by the index, and the rest is found all the same',
    async () => {
      const [one] = asked as [NearestQuery];
      await library.db.query(
        `WITH made AS (
         INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, position, text, hash)
         SELECT gen_random_uuid(), $1, $2, 'doc', gen_random_uuid(), 0, 'noise', '' FROM generate_series(1, 5000)
         RETURNING id, project_id, source_type
       )
       INSERT INTO chunk_vectors (chunk_id, project_id, source_type, space_id, embedding)
       SELECT id, project_id, source_type, $3::int,
              ARRAY(SELECT (random() - 0.5) / 6.5 FROM generate_series(1, 512) WHERE id IS NOT NULL) FROM made`,
        [here.organisation_id, here.project_id, one.space_id],
      );
      const before = await scans();
      const near = await nearest(library.db, within, one, 10);
      expect(await scans()).toBe(before + 1);
      expect(overlap(near, exact(one))).toBeGreaterThanOrEqual(0.9);
      expect(await nearest(library.db, { ...within, user_id: crypto.randomUUID() }, one, 10)).toHaveLength(
        10,
      );
    },
  );
});
