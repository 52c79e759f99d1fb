import type { EntityManager } from 'typeorm';
import type { Passage } from '../docs/passages.js';
import type { ProjectPlace } from '../place.js';
import { type NearestQuery, nearestBySigns } from '../retrieval/nearest.js';
import { ofLengthOne } from '../retrieval/vector.store.js';
import { normalised } from '../words.js';
import { type KnownMemory, memoriesFor } from './memories-for.js';

const BY_MEANING = 30;
const BY_WORDS = 20;
const MOST_VECTORS = 32;

/** The project’s memories that mean what passages of a doc mean, then those that share their words. */
export async function memoriesNear(
  tx: EntityManager,
  place: ProjectPlace,
  doc_id: string,
  passages: readonly Passage[],
): Promise<KnownMemory[]> {
  const meant = await idsByMeaning(tx, place, doc_id, passages);
  const known = await memoriesFor(tx, { ...place, user_id: null }, false, meant);
  const words = new Set(normalised(passages.map(({ text }) => text).join('\n')).split(' '));
  const byWords = known
    .filter(({ id }) => !meant.includes(id))
    .map((memory) => ({ memory, share: shareOf(memory.body, words) }))
    .sort((a, b) => b.share - a.share)
    .map(({ memory }) => memory);
  return [...meant.flatMap((id) => known.find((one) => one.id === id) ?? []), ...byWords.slice(0, BY_WORDS)];
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
  const asked = centreOf(vectors);
  if (!asked) return [];
  const near = await nearestBySigns(tx, { project_id, user_id: null, type: 'memory' }, asked, BY_MEANING);
  const found: { id: string }[] = await tx.query(SOURCES_OF_CHUNKS, [
    near.map(({ chunk_id }) => chunk_id),
    organisation_id,
  ]);
  return [...new Set(found.map(({ id }) => id))];
}

/** The vectors of the first one’s space, as one. */
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
  const own = [...new Set(normalised(body).split(' '))];
  return own.filter((word) => words.has(word)).length / own.length;
}
