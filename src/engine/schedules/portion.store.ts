import type { DataSource } from 'typeorm';

/** A project with the number of its members, and 1 if it has none. */
export interface ProjectPlaces {
  id: string;
  organisation_id: string;
  places: number;
}

/**
 * An archived project counts as long as somebody follows a cadence there. A project without members has one place all
 * the same.
 */
const PAGE_OF_PROJECTS = `
  SELECT p.id, p.organisation_id,
         greatest(1, (SELECT count(*) FROM project_members m WHERE m.project_id = p.id))::int AS places
    FROM projects p
   WHERE ($1::uuid[] IS NULL OR p.organisation_id = ANY($1)) AND (p.organisation_id, p.id) > ($2::uuid, $3::uuid)
     AND (p.archived_at IS NULL
          OR EXISTS (SELECT FROM schedules s WHERE s.project_id = p.id AND s.cadence_id IS NOT NULL))
   ORDER BY p.organisation_id, p.id LIMIT $4`;

/** Returns the next projects of these organisations, or of all, ordered by organisation. */
export function pageOfProjects(
  db: DataSource,
  organisations: string[] | null,
  after: { organisation_id: string; id: string },
  limit: number,
): Promise<ProjectPlaces[]> {
  return db.query(PAGE_OF_PROJECTS, [organisations, after.organisation_id, after.id, limit]);
}
