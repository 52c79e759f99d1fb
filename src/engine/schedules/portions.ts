import type { DataSource } from 'typeorm';

/** Projects that are settled together, in one transaction, and the organisations that they belong to. */
export interface Portion {
  organisations: string[];
  projects: string[];
}

interface Page {
  id: string;
  organisation_id: string;
  places: number;
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
    const page: Page[] = await db.query(PAGE, [
      organisations === 'all' ? null : organisations,
      after.organisation_id,
      after.id,
      places,
    ]);
    yield* divided(page, places);
    const last = page.at(-1);
    if (!last || page.length < places) return;
    after = last;
  }
}

function* divided(page: Page[], places: number): Generator<Portion> {
  let portion: Page[] = [];
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

function portionOf(of: Page[]): Portion {
  return {
    organisations: [...new Set(of.map(({ organisation_id }) => organisation_id))],
    projects: of.map(({ id }) => id),
  };
}

/**
 * An archived project counts as long as somebody follows a cadence there. A project without members has one place all
 * the same.
 */
const PAGE = `
  SELECT p.id, p.organisation_id,
         greatest(1, (SELECT count(*) FROM project_members m WHERE m.project_id = p.id))::int AS places
    FROM projects p
   WHERE ($1::uuid[] IS NULL OR p.organisation_id = ANY($1)) AND (p.organisation_id, p.id) > ($2::uuid, $3::uuid)
     AND (p.archived_at IS NULL
          OR EXISTS (SELECT FROM schedules s WHERE s.project_id = p.id AND s.cadence_id IS NOT NULL))
   ORDER BY p.organisation_id, p.id LIMIT $4`;
