import type { EntityManager } from 'typeorm';
import type { Target } from '../../../workflows/contract/proposal.js';
import { AppError } from '../../platform/http/app-error.js';
import type { ProjectPlace } from '../place.js';
import { lockRoadmap, roadmapOf } from '../roadmap/roadmap.store.js';

/** The table and column of each target's version; a roadmap has rules of its own. */
const VERSIONED: Record<Exclude<Target['type'], 'roadmap'>, { table: string; version: string }> = {
  ticket: { table: 'tickets', version: 'version' },
  doc: { table: 'docs', version: 'revision' },
  memory: { table: 'memories', version: 'version' },
  epic: { table: 'epics', version: 'version' },
  snapshot: { table: 'snapshots', version: 'version' },
};

const VERSION_OF = (type: keyof typeof VERSIONED) => `
  SELECT ${VERSIONED[type].version} AS version FROM ${VERSIONED[type].table}
   WHERE id = $1 AND organisation_id = $2 AND project_id = $3`;

/**
 * This lock stops changes of the target. A transaction that only refers to it, for example to make a relation, need not
 * wait.
 */
const LOCK = 'FOR NO KEY UPDATE';

type About = Pick<Target, 'type' | 'id'>;

/** Returns null if the project has no such thing. */
export async function versionOf(
  tx: EntityManager,
  place: ProjectPlace,
  { type, id }: About,
  lock: typeof LOCK | '' = '',
): Promise<number | null> {
  if (type === 'roadmap') {
    if (id !== place.project_id) return null;
    return lock ? lockRoadmap(tx, place) : (await roadmapOf(tx, place)).version;
  }
  const values = [id, place.organisation_id, place.project_id];
  const [found]: { version: number }[] = await tx.query(`${VERSION_OF(type)} ${lock}`, values);
  return found?.version ?? null;
}

/** Keeps the target as it was seen until the transaction ends. */
export async function lockAsSeen(tx: EntityManager, place: ProjectPlace, target: Target): Promise<void> {
  const now = await versionOf(tx, place, target, LOCK);
  if (now === target.version) return;
  const { type, id, version } = target;
  throw new AppError(
    'target_changed',
    `The ${type} ${id} was at version ${version} when this was proposed; ` +
      (now === null ? 'it is gone now.' : `it is at version ${now} now.`),
  );
}
