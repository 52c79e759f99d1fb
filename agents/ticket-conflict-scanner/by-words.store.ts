import type { EntityManager } from 'typeorm';
import type { ProjectPlace } from '../../src/workspace/place.js';
import { IS_OPEN } from './pair.sql.js';
import type { NearTicket } from './pairs.js';

/** Below this they share words, and little more. */
const LEAST = 0.3;
const LEAST_SHARED = 2;
/** A word in more tickets than this brings none together. */
const MOST_COMMON = 50;

const NEAR_BY_WORDS = `
  WITH said AS MATERIALIZED (
    SELECT t.id, w.lexeme, count(*) OVER (PARTITION BY w.lexeme) AS tickets
      FROM tickets t
     CROSS JOIN LATERAL unnest(to_tsvector('english', translate(left(t.title, 300) || ' ' || left(t.body, 200), '/', ' '))) w
     WHERE t.organisation_id = $1 AND t.project_id = $2 AND ${IS_OPEN('t')}
  ), open AS (SELECT count(DISTINCT id) AS number FROM said),
  words AS MATERIALIZED (
    SELECT id, lexeme, ln(1 + number / tickets::float8) AS weight,
           tickets BETWEEN 2 AND least(${MOST_COMMON}, greatest(10, number / 20)) AS rare FROM said, open
  ), whole AS MATERIALIZED (SELECT id, sum(weight) AS weight FROM words GROUP BY id),
  shared AS (
    SELECT a.id, b.id AS near_id, sum(a.weight) AS weight
      FROM words a JOIN words b ON b.lexeme = a.lexeme AND b.rare AND b.id <> a.id
     WHERE a.rare AND a.id = ANY ($3::uuid[]) GROUP BY a.id, b.id HAVING count(*) >= ${LEAST_SHARED}
  ), near AS (
    SELECT s.id AS ticket_id, s.near_id, s.weight / least(own.weight, other.weight) AS likeness
      FROM shared s JOIN whole own ON own.id = s.id JOIN whole other ON other.id = s.near_id
  )
  SELECT ticket_id, near_id, likeness FROM (
    SELECT *, row_number() OVER (PARTITION BY ticket_id ORDER BY likeness DESC, near_id) AS place
      FROM near WHERE likeness >= ${LEAST}
  ) AS ranked WHERE place <= $4`;

/**
 * Returns the open tickets that share rare words with each of these, in the title and the first line or two. The
 * likeness is the weight of the shared words, divided by the weight of all words of the shorter one.
 */
export function nearByWords(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  ticket_ids: readonly string[],
  most: number,
): Promise<NearTicket[]> {
  return tx.query(NEAR_BY_WORDS, [organisation_id, project_id, ticket_ids, most]);
}
