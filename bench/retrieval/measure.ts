import { OrganisationService } from '../../src/platform/auth/organisation.service.js';
import type { Principal } from '../../src/platform/auth/principal.js';
import { byWords } from '../../src/workspace/retrieval/by-words.store.js';
import {
  type NearestQuery,
  nearestByIndex,
  nearestBySigns,
  type Within,
} from '../../src/workspace/retrieval/nearest.store.js';
import type { QueryVectors } from '../../src/workspace/retrieval/query-vector.js';
import { SearchService } from '../../src/workspace/retrieval/search.service.js';
import type { BenchStack } from '../harness/stack.js';
import { p50, p95 } from '../harness/stats.js';
import { randomWords, vectorNear } from '../harness/vectors/random.js';
import { type Filled, type RetrievalSizes, type RetrievalStage, SPACE, startRetrieval } from './stage.js';

const WARM_UP = 10;
const TOP = 10;
const EACH = 100;

interface Taken {
  p50_ms: number;
  p95_ms: number;
}

export interface RetrievalFigures {
  few_chunks: number;
  many_chunks: number;
  /** The durations by operation; the whole search gets its vector, so that no model takes part in it. */
  took: Record<string, { few: Taken; many: Taken }>;
  /** The share of the exact top ten in the large project. */
  recall: Record<string, number>;
  without_index: string | null;
}

type Act = (place: Filled, vector: number[], q: string) => Promise<unknown>;

export async function measureRetrieval(bench: BenchStack, sizes: RetrievalSizes): Promise<RetrievalFigures> {
  const stage = await startRetrieval(bench, sizes);
  const { db, few, many, without_index } = stage;
  try {
    const took: RetrievalFigures['took'] = {};
    for (const [name, act] of Object.entries(acts(stage))) {
      took[name] = await bench.step(name, async () => ({
        few: await measured(few, act, sizes.searches, bench.signal),
        many: await measured(many, act, sizes.searches, bench.signal),
      }));
    }
    const recall = await bench.step('recall', () => recalls(stage, Math.min(sizes.searches, 30)));
    const { few_chunks, many_chunks } = sizes;
    return { few_chunks, many_chunks, took, recall, without_index };
  } finally {
    await db.destroy();
  }
}

function acts({ db, space_id, without_index }: RetrievalStage): Record<string, Act> {
  const within = (place: Filled): Within => ({ ...place, type: null });
  const whole: Act = (place, vector, q) => {
    const vectors = { of: async () => ({ space: SPACE, vector }) } as unknown as QueryVectors;
    const service = new SearchService(db, new OrganisationService(db), vectors);
    return service.search(place as unknown as Principal, place.project_id, { q, limit: TOP });
  };
  const signs: Act = (place, vector) => nearestBySigns(db, within(place), { space_id, vector }, EACH);
  const index: Act = (place, vector) => nearestByIndex(db, within(place), { space_id, vector }, EACH);
  const words: Act = (place, _, q) => byWords(db, within(place), q, EACH);
  if (without_index !== null) return { 'by words': words, 'by signs': signs, 'search, by signs': whole };
  return {
    'by words': words,
    'by signs': signs,
    'by pgvector': index,
    'search, by pgvector': whole,
    'search, by signs': withoutIndex(db, whole),
  };
}

/** The large project goes by the index as long as it is marked as good. */
function withoutIndex(db: RetrievalStage['db'], act: Act): Act {
  const mark = (valid: boolean) =>
    db.query(
      `UPDATE pg_index SET indisvalid = $1 WHERE indexrelid IN (SELECT oid FROM pg_class WHERE relname LIKE 'chunk_vectors_near_%')`,
      [valid],
    );
  let marked: Promise<unknown> | undefined;
  return async (place, vector, q) => {
    marked ??= mark(false);
    await marked;
    return act(place, vector, q);
  };
}

async function measured(place: Filled, act: Act, count: number, signal: AbortSignal): Promise<Taken> {
  const all: number[] = [];
  for (let number = -WARM_UP; number < count; number += 1) {
    signal.throwIfAborted();
    const vector = Array.from(vectorNear(anyOf(place).vector, 0.5));
    const q = randomWords(2);
    const began = performance.now();
    await act(place, vector, q);
    if (number >= 0) all.push(performance.now() - began);
  }
  return { p50_ms: p50(all), p95_ms: p95(all) };
}

const anyOf = ({ chunks }: Filled) => chunks[Math.floor(Math.random() * chunks.length)]!;

async function recalls(stage: RetrievalStage, count: number): Promise<Record<string, number>> {
  const { db, many, space_id, without_index } = stage;
  const within = { ...many, type: null };
  const found = { 'by signs': 0, 'by pgvector': 0 };
  for (let number = 0; number < count; number += 1) {
    const vector = Array.from(vectorNear(anyOf(many).vector, 0.5));
    const query: NearestQuery = { space_id, vector };
    const exact = new Set(exactTop(many, vector));
    const share = (all: { chunk_id: string }[]) =>
      all.filter(({ chunk_id }) => exact.has(chunk_id)).length / TOP / count;
    found['by signs'] += share(await nearestBySigns(db, within, query, TOP));
    if (without_index === null) found['by pgvector'] += share(await nearestByIndex(db, within, query, TOP));
  }
  return without_index === null ? found : { 'by signs': found['by signs'] };
}

function exactTop({ chunks }: Filled, vector: number[]): string[] {
  const likeness = Float32Array.from(chunks, (chunk) => product(chunk.vector, vector));
  const order = Uint32Array.from(chunks.keys()).sort((a, b) => likeness[b]! - likeness[a]!);
  return Array.from(order.subarray(0, TOP), (at) => chunks[at]!.chunk_id);
}

function product(one: Float32Array, other: number[]): number {
  let sum = 0;
  for (let at = 0; at < one.length; at += 1) sum += one[at]! * other[at]!;
  return sum;
}
