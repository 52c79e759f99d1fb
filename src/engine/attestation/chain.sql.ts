/** The time of its end that an entry of adoption says, where it is one. */
const ADOPTED_END = `CASE
  WHEN c.facts->>'finished_at' ~ '^\\d{4}-(0[1-9]|1[0-2])-([0-2]\\d|3[01])T([01]\\d|2[0-3])(:[0-5]\\d){2}\\.\\d{3}Z$'
  THEN (c.facts->>'finished_at')::timestamptz END`;

/** The rule of `endOf` in SQL: one row with `at`. */
export const END_OF = (run_id: string) => `
  SELECT coalesce(min(c.at) FILTER (WHERE c.kind <> 'adopted'), min(${ADOPTED_END})) AS at FROM audit_chain c
   WHERE c.run_id = ${run_id} AND (c.kind IN ('archived', 'adopted') OR c.kind = 'attested' AND c.facts->>'shown' IS NOT NULL)`;
