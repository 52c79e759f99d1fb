import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChunkOwner } from '../../../src/workspace/retrieval/chunk.store.js';
import { override } from '../../platform/settings/settings.js';
import type { Json } from '../../support/caller.js';
import { useScriptedStack } from '../../support/scripted-stack.js';
import { Library } from './library.js';

const scripted = useScriptedStack();
let library: Library;
let place: ChunkOwner;

beforeAll(async () => {
  library = await Library.open(scripted.stack.database);
  const { organisation_id, project_id } = scripted.stack.tenant;
  place = { organisation_id, project_id, user_id: null };
});
afterAll(async () => {
  await library.close();
});

const reindex = async (): Promise<Json> => {
  const { project_id } = place;
  const run = await scripted.api.ended(
    (await scripted.api.start({ agent: 'reindex', project_id })).id,
    120_000,
  );
  expect(run, JSON.stringify(run)).toMatchObject({ status: 'completed' });
  return run;
};
const embeddings = async (): Promise<number> => (await scripted.model.calls()).by_endpoint.embeddings;
const section = (number: number, word = 'usual') =>
  `## Section ${number}\n\n${`This is the ${word} sentence of part ${number}. `.repeat(12)}`;
const text = (...words: string[]) =>
  Array.from({ length: 70 }, (_, number) => section(number, words[number])).join('\n\n');
const source = { type: 'doc', id: '00000000-0000-4000-8000-000000000001' } as const;

beforeAll(() =>
  scripted.stack.query(
    `INSERT INTO docs (id, organisation_id, project_id, title, body) VALUES ($1, $2, $3, 'Long', '')`,
    [source.id, place.organisation_id, place.project_id],
  ),
);

test('chunks without a vector are embedded in batches; a batch that failed is asked for again', async () => {
  const without = await library.write(place, source, text());
  expect(without.length).toBe(70);
  await scripted.model.misbehave([{ mode: 'ok' }, { mode: 'ok' }, { mode: '500' }]);
  const run = await reindex();
  expect(run.result).toEqual({ chunks: 70, left: 0, model: 'offline model', dimensions: 512 });
  expect(await embeddings()).toBe(1 + 2 + 1);
  const [stored] = await scripted.stack.query(
    `SELECT count(*)::int AS count FROM chunk_vectors v JOIN vector_spaces s ON s.id = v.space_id
      WHERE cardinality(embedding) = s.dimensions AND length(signs) = s.dimensions AND s.model = 'offline model'`,
  );
  expect(stored).toEqual({ count: 70 });
  const calls = await scripted.stack.query(
    `SELECT response FROM agent_run_model_calls WHERE run_id = $1 AND key LIKE 'chunks/%' ORDER BY at`,
    [run.id],
  );
  expect(calls.map(({ response }) => response)).toEqual([
    { count: 64, dimensions: 512 },
    { count: 6, dimensions: 512 },
  ]);
  expect((await scripted.api.get(`/api/agent-runs/${run.id}/audit`)).body.verdict).toBe('verified');
}, 150_000);

test('an edit embeds what it changed, and nothing else', async () => {
  const before = await scripted.stack.query(
    `SELECT chunk_id, embedding::text FROM chunk_vectors ORDER BY chunk_id`,
  );
  expect(await library.write(place, source, text())).toEqual([]);
  const changed = await library.write(place, source, text('usual', 'usual', 'edited'));
  expect(changed).toHaveLength(1);
  expect((await reindex()).result.chunks).toBe(1);
  expect(await embeddings()).toBe(2);
  const after = new Set(
    (await scripted.stack.query(`SELECT chunk_id, embedding::text FROM chunk_vectors`)).map((row) =>
      JSON.stringify(row),
    ),
  );
  expect(before.filter((row) => after.has(JSON.stringify(row)))).toHaveLength(69);
});

test('a text put before all others moves them, and embeds only itself', async () => {
  const made = await library.write(place, source, `${section(1000)}\n\n${text('usual', 'usual', 'edited')}`);
  expect(made).toHaveLength(1);
  const rows = await scripted.stack.query(`SELECT position FROM chunks ORDER BY position`);
  expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: 71 }, (_, at) => at));
  expect((await reindex()).result.chunks).toBe(1);
});

test('two writers of one source: one set of chunks is left', async () => {
  await Promise.all([1, 2, 3, 4].map((number) => library.write(place, source, text(`writer ${number}`))));
  const [row] = await scripted.stack.query(
    `SELECT count(*)::int AS count, count(DISTINCT position)::int AS places FROM chunks`,
  );
  expect(row).toEqual({ count: 70, places: 70 });
  expect((await reindex()).result.chunks).toBe(2);
});

test('another embedding model: everything is stale, is not compared, and is embedded again by a run with progress', async () => {
  const search = async () =>
    (await scripted.api.get(`/api/projects/${place.project_id}/search?q=holidays`)).body;
  expect((await search()).hits).not.toEqual([]);
  await override(scripted.api, 'OPENAI_EMBEDDING_MODEL', 'another');
  expect(await search()).toEqual({ hits: [], degraded: false, stale: 70 });
  const run = await reindex();
  expect(run.result.chunks).toBe(70);
  expect(run.progress).toMatchObject({ done: 70, total: 70, percent: 100 });
  const after = await search();
  expect(after.stale).toBe(0);
  expect(after.hits).not.toEqual([]);
  expect((await reindex()).result.chunks).toBe(0);
});

test('a provider that does not answer keeps nobody waiting', async () => {
  await scripted.model.misbehave([{ mode: 'slow', ms: 60_000, endpoint: 'embeddings' }]);
  const began = performance.now();
  const { body } = await scripted.api.get(`/api/projects/${place.project_id}/search?q=sentence`);
  expect(performance.now() - began).toBeLessThan(20_000);
  expect(body).toMatchObject({ degraded: true, hits: [{ source: { id: source.id }, why: 'text' }] });
});
