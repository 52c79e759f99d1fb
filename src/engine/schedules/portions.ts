import type { DataSource } from 'typeorm';
import { type ProjectPlaces, pageOfProjects } from './portion.store.js';

/** Projects that are settled together, in one transaction, and the organisations that they belong to. */
export interface Portion {
  organisations: string[];
  projects: string[];
}

const FIRST = '00000000-0000-0000-0000-000000000000';

/**
 * Yields the projects of these organisations, or of the whole server, that follow a cadence or may, in portions of so
 * many members. A project is never divided, so a larger one is a portion by itself.
 */
export async function* portions(
  db: DataSource,
  organisations: string[] | 'all',
  places: number,
): AsyncGenerator<Portion> {
  for (let after = { organisation_id: FIRST, id: FIRST }; ; ) {
    const page = await pageOfProjects(db, organisations === 'all' ? null : organisations, after, places);
    yield* divided(page, places);
    const last = page.at(-1);
    if (!last || page.length < places) return;
    after = last;
  }
}

function* divided(page: ProjectPlaces[], places: number): Generator<Portion> {
  let portion: ProjectPlaces[] = [];
  let taken = 0;
  for (const project of page) {
    if (portion.length > 0 && taken + project.places > places) {
      yield portionOf(portion);
      portion = [];
      taken = 0;
    }
    portion.push(project);
    taken += project.places;
  }
  if (portion.length > 0) yield portionOf(portion);
}

function portionOf(of: ProjectPlaces[]): Portion {
  return {
    organisations: [...new Set(of.map(({ organisation_id }) => organisation_id))],
    projects: of.map(({ id }) => id),
  };
}
