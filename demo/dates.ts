import type { EntityManager } from 'typeorm';
import type { ProjectPlace } from '../src/workspace/place.js';

interface Made {
  id: string;
  created: Date;
}
interface Changed extends Made {
  changed: Date;
}

/** The times at which each row of a demo was made and changed. */
export interface Dated {
  tickets: (Changed & { closed: Date | null })[];
  docs: Made[];
  threads: Changed[];
  messages: Made[];
  memories: Made[];
  epics: Changed[];
}

/** The one place that moves things into the past; what belongs to a thing follows it. */
export async function setDates(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  begin: Date,
  dated: Dated,
): Promise<void> {
  const place = [organisation_id, project_id];
  for (const [table, columns] of Object.entries(COLUMNS) as [keyof Dated, string][])
    await tx.query(
      `UPDATE ${table} AS t SET ${columns}
         FROM jsonb_to_recordset($3::jsonb) AS d(id uuid, created timestamptz, changed timestamptz, closed timestamptz)
        WHERE t.id = d.id AND t.organisation_id = $1 AND t.project_id = $2`,
      [...place, JSON.stringify(dated[table])],
    );
  for (const statement of FOLLOW) await tx.query(statement, place);
  await tx.query(`UPDATE projects SET created_at = $3 WHERE organisation_id = $1 AND id = $2`, [
    ...place,
    begin,
  ]);
}

const COLUMNS: Record<keyof Dated, string> = {
  tickets: 'created_at = d.created, updated_at = d.changed, closed_at = d.closed',
  docs: 'created_at = d.created, updated_at = d.created',
  threads: 'created_at = d.created, updated_at = d.changed',
  messages: 'at = d.created',
  memories: 'created_at = d.created, updated_at = d.created',
  epics: 'created_at = d.created, updated_at = d.changed',
};

const of = (alias: string) => `${alias}.organisation_id = $1 AND ${alias}.project_id = $2`;
const FOLLOW = [
  `UPDATE doc_revisions r SET at = d.created_at FROM docs d WHERE d.id = r.doc_id AND ${of('d')}`,
  `UPDATE links l SET at = d.created_at FROM docs d WHERE d.id = l.doc_id AND ${of('d')}`,
  `UPDATE memory_revisions r SET at = m.created_at FROM memories m
    WHERE m.id = r.memory_id AND ${of('m')}`,
  `UPDATE ticket_relations r SET at = greatest(t.created_at, o.created_at) FROM tickets t, tickets o
    WHERE t.id = r.ticket_id AND o.id = r.other_id AND ${of('t')}`,
  `UPDATE raw_events e SET at = (SELECT max(at) FROM messages m WHERE m.raw_event_id = e.id) WHERE ${of('e')}`,
  `UPDATE daily_sessions s SET updated_at = (SELECT max(at) FROM checkins c WHERE c.session_id = s.id)
    WHERE ${of('s')}`,
  `UPDATE roadmaps r SET updated_at = (SELECT max(updated_at) FROM epics e WHERE ${of('e')})
    WHERE ${of('r')}`,
];
