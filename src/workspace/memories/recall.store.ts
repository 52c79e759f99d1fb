import type { EntityManager } from 'typeorm';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import type { MemoryRow } from '../../platform/db/entities/memory.entity.js';
import type { Passage } from '../docs/passages.js';
import type { ProjectPlace } from '../place.js';
import { type NearestQuery, nearestBySigns } from '../retrieval/nearest.store.js';
import { ofLengthOne } from '../retrieval/vector.store.js';
import { keywordsOf, wordSet } from '../words.js';
import { likeness } from './likeness.js';

/** The one module by which agents find memories: the latest, and those that concern a doc, a conversation or a text. */

export type KnownMemory = Pick<MemoryRow, 'id' | 'user_id' | 'body' | 'version'>;

/** The owner of the memories: the project, and with `user_id` also that person. */
type RecallScope = ProjectPlace & { user_id: string | null };

const MOST_LATEST = 500;
const MOST_BY_KEYWORDS = 30;
const MOST_BY_MEANING = 30;
const MOST_BY_WORDS = 20;
const MOST_VECTORS = 32;

const LATEST = `
  SELECT id, user_id, body, version FROM memories
   WHERE organisation_id = $1 AND project_id = $2 AND removed_at IS NULL AND ${VISIBLE_TO('user_id', '$3::uuid')}
   ORDER BY id = ANY ($4::uuid[]) DESC, updated_at DESC, id DESC LIMIT ${MOST_LATEST}`;

/** The latest memories; those with an id in `first` come before all others. */
export function recallLatest(
  tx: EntityManager,
  { organisation_id, project_id, user_id }: RecallScope,
  first: readonly string[] = [],
): Promise<KnownMemory[]> {
  return tx.query(LATEST, [organisation_id, project_id, user_id, first]);
}

/** The latest memories, those first that share the most words with the text of a conversation. */
export async function recallForTalk(
  tx: EntityManager,
  scope: RecallScope,
  text: string,
): Promise<KnownMemory[]> {
  return (await recallLatest(tx, scope))
    .map((memory) => ({ memory, like: likeness(memory.body, text) }))
    .sort((a, b) => b.like - a.like)
    .map(({ memory }) => memory);
}

const BY_KEYWORDS = `
  SELECT m.id, m.user_id, m.body, m.version
    FROM memories m CROSS JOIN LATERAL (
      SELECT count(DISTINCT word) AS shared
        FROM regexp_split_to_table(lower(left(m.body, 1000)), '[^[:alnum:]]+') AS word WHERE word = ANY ($4)) w
   WHERE m.organisation_id = $1 AND m.project_id = $2 AND m.removed_at IS NULL
     AND (m.user_id = $3 OR (m.user_id IS NULL AND w.shared > 0))
   ORDER BY w.shared DESC, m.id DESC LIMIT ${MOST_BY_KEYWORDS}`;

/**
 * Returns the person's own memories, and those of the project that share a keyword with the text; the likest first,
 * then the newest.
 */
export function recallForText(
  tx: EntityManager,
  { organisation_id, project_id, user_id }: RecallScope,
  text: string,
): Promise<KnownMemory[]> {
  return tx.query(BY_KEYWORDS, [organisation_id, project_id, user_id, keywordsOf(text)]);
}

/** The project's memories that mean what passages of a doc mean, then those that share their words. */
export async function recallForPassages(
  tx: EntityManager,
  project: ProjectPlace,
  doc_id: string,
  passages: readonly Passage[],
): Promise<KnownMemory[]> {
  const meant = await idsByMeaning(tx, project, doc_id, passages);
  const known = await recallLatest(tx, { ...project, user_id: null }, meant);
  const words = wordSet(passages.map(({ text }) => text).join('\n'));
  const byWords = known
    .filter(({ id }) => !meant.includes(id))
    .map((memory) => ({ memory, share: shareOf(memory.body, words) }))
    .sort((a, b) => b.share - a.share)
    .map(({ memory }) => memory);
  return [
    ...meant.flatMap((id) => known.find((one) => one.id === id) ?? []),
    ...byWords.slice(0, MOST_BY_WORDS),
  ];
}

const VECTORS_OF_SOURCE = `
  SELECT v.space_id, v.embedding FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
   WHERE c.source_type = 'doc' AND c.source_id = $1 AND c.organisation_id = $2 AND c.position = ANY ($3::int[])
     AND v.space_id IS NOT NULL ORDER BY v.space_id DESC, c.position LIMIT ${MOST_VECTORS}`;

const SOURCES_OF_CHUNKS = `
  SELECT source_id AS id FROM chunks WHERE id = ANY ($1::uuid[]) AND organisation_id = $2
   ORDER BY array_position($1::uuid[], id)`;

async function idsByMeaning(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  doc_id: string,
  passages: readonly Passage[],
): Promise<string[]> {
  const vectors: { space_id: number; embedding: number[] }[] = await tx.query(VECTORS_OF_SOURCE, [
    doc_id,
    organisation_id,
    passages.map(({ position }) => position),
  ]);
  const centre = centreOf(vectors);
  if (!centre) return [];
  const neighbours = await nearestBySigns(
    tx,
    { project_id, user_id: null, type: 'memory' },
    centre,
    MOST_BY_MEANING,
  );
  const sources: { id: string }[] = await tx.query(SOURCES_OF_CHUNKS, [
    neighbours.map(({ chunk_id }) => chunk_id),
    organisation_id,
  ]);
  return [...new Set(sources.map(({ id }) => id))];
}

/** The vectors of the first one's space, as one. */
function centreOf(vectors: { space_id: number; embedding: number[] }[]): NearestQuery | null {
  const [first] = vectors;
  if (!first) return null;
  const { space_id } = first;
  const alike = vectors.filter((one) => one.space_id === space_id).map(({ embedding }) => embedding);
  const sum = first.embedding.map((_, at) => alike.reduce((total, vector) => total + (vector[at] ?? 0), 0));
  return { space_id, vector: ofLengthOne(sum) };
}

/** The share of a memory's words that are among these. */
function shareOf(body: string, words: ReadonlySet<string>): number {
  const own = [...wordSet(body)];
  return own.filter((word) => words.has(word)).length / Math.max(1, own.length);
}
