import type { EntityManager } from 'typeorm';
import { ticketKey } from '../../../workflows/contract/ticket.js';
import type { Doc, LinkTarget } from '../../platform/db/entities/doc.entity.js';
import type { By, Db } from '../place.js';
import { findMentions } from './mentions.js';

/** Afterwards the links of the doc are what its body names, of what there is now in its project. */
export async function saveLinks(tx: EntityManager, doc: Doc, { run_id = null }: By): Promise<void> {
  const { ticket_numbers, titles, doc_ids, emails } = findMentions(doc.body);
  const { organisation_id, project_id, id } = doc;
  await tx.query(SAVE, [organisation_id, project_id, id, ticket_numbers, titles, doc_ids, emails, run_id]);
}

/** Of docs with the same title the first one is linked, and one that is not archived before others. */
const SAVE = `
  WITH mentioned AS (
    SELECT 'ticket' AS to_type, id AS to_id FROM tickets
     WHERE organisation_id = $1 AND project_id = $2 AND number = ANY ($4::int[])
     UNION
    SELECT 'doc', id FROM docs
     WHERE organisation_id = $1 AND project_id = $2 AND id <> $3 AND id = ANY ($6::uuid[])
     UNION
    SELECT 'doc', id FROM (
      SELECT DISTINCT ON (lower(title)) id FROM docs
       WHERE organisation_id = $1 AND project_id = $2 AND id <> $3
         AND lower(title) IN (SELECT lower(named) FROM unnest($5::text[]) AS named)
       ORDER BY lower(title), archived_at IS NOT NULL, id
    ) AS titled
     UNION
    SELECT 'user', m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
     WHERE m.organisation_id = $1 AND lower(u.email) IN (SELECT lower(named) FROM unnest($7::text[]) AS named)
  ), gone AS (
    DELETE FROM links l WHERE l.doc_id = $3
       AND NOT EXISTS (SELECT FROM mentioned m WHERE m.to_type = l.to_type AND m.to_id = l.to_id)
  )
  INSERT INTO links (organisation_id, project_id, doc_id, to_type, to_id, run_id)
  SELECT $1, $2, $3, to_type, to_id, $8 FROM mentioned ON CONFLICT DO NOTHING`;

interface ShownLink {
  type: LinkTarget;
  id: string;
  key: string | null;
  title: string;
}

const LINKS_FROM = `
  SELECT l.to_type AS type, l.to_id AS id, t.number, coalesce(d.title, t.title, m.name) AS title
    FROM links l
    LEFT JOIN docs d ON l.to_type = 'doc' AND d.id = l.to_id
    LEFT JOIN tickets t ON l.to_type = 'ticket' AND t.id = l.to_id
    LEFT JOIN memberships m ON l.to_type = 'user' AND m.user_id = l.to_id AND m.organisation_id = l.organisation_id
   WHERE l.doc_id = $1 AND l.organisation_id = $2 AND coalesce(d.id, t.id, m.user_id) IS NOT NULL
   ORDER BY l.to_type, t.number, title, l.to_id LIMIT 1000`;

const LINKS_TO = `
  SELECT 'doc' AS type, d.id, NULL AS key, d.title FROM links l JOIN docs d ON d.id = l.doc_id
   WHERE l.to_type = 'doc' AND l.to_id = $1 AND l.organisation_id = $2 ORDER BY d.title, d.id LIMIT 1000`;

/** Returns the things that a doc names, and the docs that name it; people who left the organisation are not shown. */
export async function linksOf(db: Db, doc: Doc): Promise<{ to: ShownLink[]; from: ShownLink[] }> {
  const to: (Omit<ShownLink, 'key'> & { number: number | null })[] = await db.query(LINKS_FROM, [
    doc.id,
    doc.organisation_id,
  ]);
  const from: ShownLink[] = await db.query(LINKS_TO, [doc.id, doc.organisation_id]);
  return {
    to: to.map(({ number, ...link }) => ({ ...link, key: number === null ? null : ticketKey(number) })),
    from,
  };
}
