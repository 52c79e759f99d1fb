import type { EntityManager } from 'typeorm';
import type { DayPart, DayPartContent } from '../../../workflows/contract/day-part.js';
import type { WritingRun } from '../place.js';
import type { Session } from './daily.store.js';

/** The part as an earlier run left it; null where none did. */
export function partIn<Part extends DayPart>({ parts }: Session, part: Part): DayPartContent<Part> | null {
  return (parts[part.name] as DayPartContent<Part> | undefined) ?? null;
}

const SET_PART = `
  UPDATE daily_sessions SET parts = parts || jsonb_build_object($4::text, $5::jsonb), updated_at = clock_timestamp()
   WHERE id = ANY ($1::uuid[]) AND organisation_id = $2 AND project_id = $3`;

/** Leaves the part in these sessions, with the run that wrote it and the models that answered. */
export async function setPart<Part extends DayPart>(
  tx: EntityManager,
  { organisation_id, project_id, run_id, models }: WritingRun,
  sessions: readonly Session[],
  part: Part,
  content: DayPartContent<Part>,
): Promise<void> {
  const ids = sessions.map(({ id }) => id);
  const labelled = JSON.stringify({ run_id, models, ...content });
  const [, changed] = await tx.query(SET_PART, [ids, organisation_id, project_id, part.name, labelled]);
  if (changed !== ids.length) throw new Error(`${changed} of ${ids.length} daily sessions are there`);
}
