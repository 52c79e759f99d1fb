/**
 * A row without an owner is for everybody in its project; a row of a person is for that person alone. Takes a column
 * and a value.
 */
export const VISIBLE_TO = (owner: string, person: string) => `(${owner} IS NULL OR ${owner} = ${person})`;

/**
 * A proposal for one person is also for those who administer, unless it is about a memory: a person's memories are
 * nobody else's. `row` is an alias of `proposals`, `administers` a boolean.
 */
export const PROPOSAL_VISIBLE_TO = (row: string, person: string, administers: string) =>
  `(${VISIBLE_TO(`${row}.user_id`, person)} OR (${administers} AND ${row}.kind NOT LIKE 'memory\\_%'))`;
