import { setTimeout as pause } from 'node:timers/promises';
import { withDatabase } from '../harness/database.js';
import { BenchClient } from '../harness/http.js';
import { override } from '../harness/override.js';
import { mostResident, resident } from '../harness/resident.js';
import { type RestSizes, rest } from '../harness/rest.js';
import type { BenchStack } from '../harness/stack.js';
import { startQuickModel } from '../harness/vectors/quick-model.js';
import { randomWords } from '../harness/vectors/random.js';

const AT_ONCE = 8;
const LOOK_EVERY_MS = 250;

export interface IndexingFigures {
  docs: number;
  megabytes: number;
  chunks: number;
  seconds: number;
  /** The memory of the worker. */
  at_rest_mb: number;
  /** The peak of each half: bounded memory grows no more in the second. */
  most_mb: [number, number];
  after_mb: number;
}

interface IndexingSizes extends RestSizes {
  docs: number;
}

/**
 * Saves docs over the API until each is reviewed and found by its meaning, and measures the worker's memory meanwhile.
 */
export async function measureIndexing(bench: BenchStack, sizes: IndexingSizes): Promise<IndexingFigures> {
  const api = new BenchClient(bench.url, bench.api_key);
  const model = await startQuickModel();
  const worker = () => resident(bench.pids('worker')).worker!;
  try {
    await override(api, { OPENAI_BASE_URL: model.url, DOC_REVIEW_DELAY_SECONDS: 0 });
    await rest(bench, sizes);
    const at_rest_mb = worker();
    const began = performance.now();
    const { body } = await api.post('/api/projects', { name: 'Indexing' });
    const { id } = JSON.parse(body) as { id: string };
    const half = (name: string) =>
      bench.step(name, () =>
        mostResident(bench.pids('worker'), () => saveAndAwait(bench, api, id, Math.ceil(sizes.docs / 2))),
      );
    const [first, second] = [await half('half of the docs'), await half('the other half')];
    const seconds = (performance.now() - began) / 1000;
    await rest(bench, sizes);
    return {
      docs: 2 * Math.ceil(sizes.docs / 2),
      megabytes: first.result + second.result,
      chunks: await chunksOf(bench, id),
      seconds,
      at_rest_mb,
      most_mb: [first.most.worker!, second.most.worker!],
      after_mb: worker(),
    };
  } finally {
    await override(api, { OPENAI_BASE_URL: null, DOC_REVIEW_DELAY_SECONDS: null });
    api.close();
    await model.close();
  }
}

/** Megabytes of text. */
async function saveAndAwait(bench: BenchStack, api: BenchClient, project: string, docs: number) {
  let [left, bytes] = [docs, 0];
  const lane = async () => {
    while (left > 0) {
      bench.signal.throwIfAborted();
      left -= 1;
      const body = text();
      bytes += body.length;
      await api.post(`/api/projects/${project}/docs`, { title: `Doc ${left}`, body });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  await allReviewed(bench, project);
  return bytes / 2 ** 20;
}

async function allReviewed({ postgres, signal }: BenchStack, project: string): Promise<void> {
  await withDatabase(postgres.url, async (db) => {
    for (let under_way = 1; under_way > 0; ) {
      await pause(LOOK_EVERY_MS, undefined, { signal });
      const { rows } = await db.query(
        `SELECT count(*) FILTER (WHERE finished_at IS NULL)::int AS under_way,
                count(*) FILTER (WHERE finished_at IS NOT NULL AND status <> 'completed')::int AS otherwise
           FROM agent_runs WHERE project_id = $1 AND agent = 'docs_memory_reviewer'`,
        [project],
      );
      if (rows[0].otherwise > 0) throw new Error(`${rows[0].otherwise} runs did not complete`);
      under_way = rows[0].under_way;
    }
  });
}

async function chunksOf({ postgres }: BenchStack, project: string): Promise<number> {
  return withDatabase(postgres.url, async (db) => {
    const { rows } = await db.query(
      `SELECT count(*)::int AS chunks FROM chunk_vectors WHERE project_id = $1 AND space_id IS NOT NULL`,
      [project],
    );
    return rows[0].chunks;
  });
}

/** Most docs are short, a few are long: sections of some paragraphs, about 6 KB in the mean. */
function text(): string {
  const sections = 1 + Math.floor(12 * Math.random() ** 2);
  return Array.from({ length: sections }, (_, at) => {
    const paragraphs = Array.from({ length: 1 + Math.floor(4 * Math.random()) }, () => randomWords(60));
    return [`## Section ${at}`, ...paragraphs].join('\n\n');
  }).join('\n\n');
}
