import type { DataSource } from 'typeorm';
import type { Place } from './effective.js';

/** A place as far as it decides whether an agent runs there by itself. */
export interface ScheduledPlace {
  /** The organisation has a project that is not archived. */
  any_project: boolean;
  time_zone: string | null;
  archived: boolean;
  /** The person belongs to the project, or the agent runs for the project as a whole. */
  belongs: boolean;
  schedule_id: string | null;
}

const SCHEDULED_PLACE = `
  SELECT EXISTS (SELECT FROM projects o WHERE o.organisation_id = $2 AND o.archived_at IS NULL) AS any_project,
         p.time_zone, p.archived_at IS NOT NULL AS archived, s.id AS schedule_id,
         $4::uuid IS NULL OR EXISTS (SELECT FROM project_members m WHERE m.project_id = p.id AND m.user_id = $4) AS belongs
    FROM (VALUES (1)) one
    LEFT JOIN projects p ON p.id = $3 AND p.organisation_id = $2
    LEFT JOIN schedules s ON s.project_id = p.id AND s.agent = $1 AND s.user_id IS NOT DISTINCT FROM $4
     AND s.cadence_id IS NOT NULL`;

/** Reads the place for a person, or with a `user_id` of null for the whole project. */
export async function scheduledPlace(
  db: DataSource,
  agent: string,
  { organisation_id, project_id, user_id }: Place,
): Promise<ScheduledPlace> {
  const [row]: [ScheduledPlace] = await db.query(SCHEDULED_PLACE, [
    agent,
    organisation_id,
    project_id,
    user_id,
  ]);
  return row;
}
