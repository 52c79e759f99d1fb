/** Fragments that the statements about pairs share: of tickets `a` and `b`, and of a pair `p` of them. */

export const IS_OPEN = (ticket: string) => `${ticket}.status NOT IN ('done', 'closed')`;

/**
 * The vector of a ticket's beginning. The limit makes PostgreSQL look up the sub-query by its index, whatever the
 * planner estimates.
 */
export const BEGINNING = (ticket: string, space: string) => `
  (SELECT v.chunk_id, v.signs, v.space_id FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id
    WHERE c.source_type = 'ticket' AND c.source_id = ${ticket}.id AND c.position = 0 AND v.space_id = ${space} LIMIT 1)`;

/** How much of a body the model is told. */
const MOST_CHARACTERS = 600;

/** The title and the beginning of the body. */
export const TOLD = (ticket: string): [string, string] => [
  `left(${ticket}.title, 300)`,
  `left(${ticket}.body, ${MOST_CHARACTERS})`,
];

/** The digest of the text about a pair; a verdict holds while it stays the same. */
export const DIGEST = `sha256(convert_to(concat_ws(E'\\n\\n', ${[...TOLD('a'), ...TOLD('b')].join(', ')}), 'UTF8'))`;

const KEY = `'ticket_pair/' || p.first_id || '/' || p.second_id`;

/** True for a pair `p` whose tickets `a` and `b` are related, or whose suggestion waits as things are now, or was decided. */
export const IS_SETTLED = `(
  EXISTS (SELECT FROM ticket_relations r WHERE (r.ticket_id, r.other_id) IN ((a.id, b.id), (b.id, a.id)))
  OR EXISTS (SELECT FROM proposals q
              WHERE q.organisation_id = a.organisation_id AND q.project_id = a.project_id AND q.dedupe_key = ${KEY}
                AND (q.status IN ('accepted', 'rejected') OR (q.status = 'pending' AND q.target_version =
                       CASE q.target_id WHEN a.id THEN a.version WHEN b.id THEN b.version END))))`;

/** Takes the organisation and the project, $1 and $2: pairs `p` of open tickets `a` and `b` that nobody has judged. */
export const WAITING = `FROM ticket_pairs p JOIN tickets a ON a.id = p.first_id JOIN tickets b ON b.id = p.second_id
  WHERE p.organisation_id = $1 AND p.project_id = $2 AND p.verdict IS NULL
    AND ${IS_OPEN('a')} AND ${IS_OPEN('b')} AND NOT ${IS_SETTLED}`;
