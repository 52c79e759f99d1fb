import OpenAI from 'openai';
import type { DataSource } from 'typeorm';
import type { Provider } from '../../activities/model/needs.js';
import { type Vectors, vectorsOf } from '../../activities/model/vectors.js';
import { DEMO_NAME, makeDemo } from '../../demo/make-demo.js';
import { readDemoData } from '../../demo/read-data.js';
import { readTruth, type Truth } from '../../demo/truth.js';
import { type Seeded, seed } from '../../src/commands/seed.js';
import { OrganisationService } from '../../src/platform/auth/organisation.service.js';
import type { Principal } from '../../src/platform/auth/principal.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { nearestByIndex, nearestBySigns } from '../../src/workspace/retrieval/nearest.store.js';
import { VectorIndexes } from '../../src/workspace/retrieval/pgvector.store.js';
import type { QueryVector, QueryVectors } from '../../src/workspace/retrieval/query-vector.js';
import type { SearchAnswer } from '../../src/workspace/retrieval/search.dto.js';
import { SearchService } from '../../src/workspace/retrieval/search.service.js';
import { ofLengthOne, storeEmbeddings } from '../../src/workspace/retrieval/vector.store.js';
import type { BenchStack } from '../harness/stack.js';
import { vectorDatabase } from '../harness/vectors/server.js';

const TOP = 10;
const BATCH = 64;

type Question = Truth['questions'][number];

/** The position at which each question found its answer. */
interface Answered {
  question: Question;
  /** The position from 1; null if the answer is not among the first ten. */
  rank: number | null;
  /** The position if another message of the conversation counts, too. */
  rank_of_thread: number | null;
}

export interface SearchQuality {
  chunks: number;
  /** The answers by the way of searching. */
  ways: Record<string, Answered[]>;
  without_index: string | null;
}

interface Stage {
  db: DataSource;
  seeded: Seeded;
  project_id: string;
  truth: Truth;
  embed: (texts: string[]) => Promise<Vectors>;
}

/** The demo's questions, asked in each way that search can go. */
export async function measureSearchQuality(bench: BenchStack): Promise<SearchQuality> {
  const { step, log } = bench;
  const { url, missing } = await vectorDatabase(bench, 'search_quality');
  const db = await createDataSource(url, 4, 'nightshift-bench').initialize();
  try {
    const stage = await step('demo', () => fillDemo(bench, db));
    const chunks = await step(
      'embedded',
      () => embedAll(stage, bench.signal),
      (count) => `${count} chunks`,
    );
    if (missing === null) await new VectorIndexes(db, { info: () => undefined, warn: log }).pass();
    else log(`search by pgvector is not measured: ${missing}`);
    const vectors = await step('questions', () => embedQuestions(stage));
    const ways: SearchQuality['ways'] = {};
    for (const [way, service] of Object.entries(services(db, vectors, missing === null)))
      ways[way] = await step(way, () => ask(stage, service));
    return { chunks, ways, without_index: missing };
  } finally {
    await db.destroy();
  }
}

async function fillDemo({ environment }: BenchStack, db: DataSource): Promise<Stage> {
  const person = { organisation: 'Bench', email: 'one@bench.invalid', name: 'one', new_key: false };
  const seeded = await seed(db, { ...person, project: 'Its own' });
  const data = readDemoData();
  const { project_id } = await makeDemo(db, seeded, DEMO_NAME, data);
  const truth = await readTruth(db, { organisation_id: seeded.organisation_id, project_id }, data);
  if (!truth) throw new Error('the demo has no truth');
  const baseURL = `http://127.0.0.1:${environment.NIGHTSHIFT_MODEL_PORT}/v1`;
  const models = { reasoning: '', fast: '', embedding: environment.OPENAI_EMBEDDING_MODEL };
  const provider: Provider = {
    openai: new OpenAI({ apiKey: 'offline', baseURL }),
    style: 'responses',
    models,
  };
  const embed = (texts: string[]) => vectorsOf(provider, texts, AbortSignal.timeout(600_000));
  return { db, seeded, project_id, truth, embed };
}

async function embedAll({ db, project_id, embed }: Stage, signal: AbortSignal): Promise<number> {
  const chunks: { id: string; text: string }[] = await db.query(
    `SELECT id, text FROM chunks WHERE project_id = $1 ORDER BY id`,
    [project_id],
  );
  for (let start = 0; start < chunks.length; start += BATCH) {
    signal.throwIfAborted();
    const batch = chunks.slice(start, start + BATCH);
    const { model, vectors } = await embed(batch.map(({ text }) => text));
    const made = batch.map(({ id }, at) => ({ chunk_id: id, vector: vectors[at] ?? [] }));
    await db.transaction((tx) => storeEmbeddings(tx, { requested_model: model, model }, made));
  }
  return chunks.length;
}

async function embedQuestions({ truth, embed }: Stage): Promise<Map<string, QueryVector>> {
  const questions = truth.questions.map(({ q }) => q);
  const { model, dimensions, vectors } = await embed(questions);
  const space = { requested_model: model, model, dimensions };
  return new Map(questions.map((q, at) => [q, { space, vector: ofLengthOne(vectors[at] ?? []) }]));
}

/** The product's own search, held to one way. */
function services(db: DataSource, vectors: Map<string, QueryVector>, index: boolean) {
  const given = (of: (q: string) => QueryVector) =>
    ({ of: async (q: string) => of(q) }) as unknown as QueryVectors;
  const known = given((q) => vectors.get(q) as QueryVector);
  const none = given(() => ({ space: { requested_model: 'none' }, vector: null }));
  class BySigns extends SearchService {
    protected override readonly nearest = nearestBySigns;
  }
  class ByIndex extends SearchService {
    protected override readonly nearest = nearestByIndex;
  }
  const organisations = new OrganisationService(db);
  return {
    'by words alone': new SearchService(db, organisations, none),
    'words and signs': new BySigns(db, organisations, known),
    ...(index && { 'words and pgvector': new ByIndex(db, organisations, known) }),
  };
}

async function ask({ db, seeded, project_id, truth }: Stage, service: SearchService): Promise<Answered[]> {
  const messages: { id: string; thread_id: string }[] = await db.query(
    `SELECT id, thread_id FROM messages WHERE project_id = $1`,
    [project_id],
  );
  const threadOf = new Map(messages.map(({ id, thread_id }) => [id, thread_id]));
  const all: Answered[] = [];
  for (const question of truth.questions) {
    const caller = seeded as unknown as Principal;
    const { hits } = await service.search(caller, project_id, { q: question.q, limit: TOP });
    const ids = new Set(question.answers.map(({ id }) => id));
    const threads = new Set([...ids].flatMap((id) => threadOf.get(id) ?? []));
    all.push({
      question,
      rank: rankOf(hits, ({ id }) => ids.has(id)),
      rank_of_thread: rankOf(hits, ({ id, thread_id }) => ids.has(id) || threads.has(thread_id ?? '')),
    });
  }
  return all;
}

function rankOf(
  hits: SearchAnswer['hits'],
  answers: (source: SearchAnswer['hits'][number]['source']) => boolean,
): number | null {
  const at = hits.findIndex(({ source }) => answers(source));
  return at === -1 ? null : at + 1;
}
