import { isDeepStrictEqual } from 'node:util';
import type { DataSource } from 'typeorm';

type Row = Record<string, unknown>;

/** All rows of one organisation, by table and primary key. */
export type Tables = Map<string, Row>;

/** Tables of the server, which belong to no organisation. */
const SERVERS = [
  'cadences',
  'audit_chain',
  'leases',
  'migrations',
  'schedule_changes',
  'settings',
  'users',
  'vector_spaces',
  'workers',
  'builds',
];
/** The machinery of schedules writes these, whatever agents do. */
const SCHEDULING = ['schedules', 'schedule_periods', 'schedule_events', 'tick_spans'];
/** Chores and keys write these meanwhile. */
const MEANWHILE = ['agent_runs.checked_at', 'agent_runs.archived_at', 'api_keys.last_used_at'];
/** Triggers count other tables here, and chores add the counts up meanwhile. */
const COUNTED = ['chunk_words'];
const UNSEEN = [...SERVERS, ...SCHEDULING, ...COUNTED, 'agent_run_histories'];

/** Reads every table of the database that belongs to organisations, whichever there are. */
export class TableReader {
  private constructor(
    private readonly db: DataSource,
    private readonly sql: string,
  ) {}

  static async open(db: DataSource): Promise<TableReader> {
    const routes = await routesOf(db);
    const reads = [...routes].map(([table, { where, keys }]) => {
      const key = keys.map((column) => `t.${column}::text`).join(` || '/' || `);
      return `SELECT '${table}/' || ${key} AS key, to_jsonb(t) AS row FROM ${table} t WHERE ${where}`;
    });
    return new TableReader(db, reads.join(' UNION ALL '));
  }

  async read(organisation_id: string): Promise<Tables> {
    const rows: { key: string; row: Row }[] = await this.db.query(this.sql, [organisation_id]);
    return new Map(rows.map(({ key, row }) => [key, row]));
  }
}

/** `table +` and `table -` for rows that came and went, `table.column` for what is different. */
export function differences(before: Tables, after: Tables): string[] {
  const found = new Set<string>();
  for (const [key, row] of after) {
    const [table = ''] = key.split('/');
    const earlier = before.get(key);
    if (!earlier) found.add(`${table} +`);
    else
      for (const column of Object.keys(row))
        if (!isDeepStrictEqual(row[column], earlier[column])) found.add(`${table}.${column}`);
  }
  for (const key of before.keys()) if (!after.has(key)) found.add(`${key.split('/')[0]} -`);
  return [...found].filter((change) => !MEANWHILE.includes(change)).sort();
}

/** Compares the tables, except the record of runs. */
export function changes(before: Tables, after: Tables): string[] {
  return differences(before, after).filter((change) => !change.startsWith('agent_run'));
}

export function rowsOf(tables: Tables, table: string): Row[] {
  return [...tables].flatMap(([key, row]) => (key.startsWith(`${table}/`) ? [row] : []));
}

interface Route {
  where: string;
  keys: string[];
}

/** How each table's rows are found from their organisation: by its column, or by what they refer to. */
async function routesOf(db: DataSource): Promise<Map<string, Route>> {
  const tables: { name: string; columns: string[]; keys: string[] }[] = await db.query(
    `
    SELECT c.relname AS name, array_agg(a.attname::text) AS columns,
           array_agg(a.attname::text) FILTER (WHERE a.attnum = ANY (k.conkey)) AS keys
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT c.relname = ANY ($1) GROUP BY c.relname`,
    [UNSEEN],
  );
  const references: { from: string; to: string; column: string; key: string }[] = await db.query(`
    SELECT k.conrelid::regclass::text AS from, k.confrelid::regclass::text AS to, a.attname AS column, b.attname AS key
      FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
      JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
     WHERE k.contype = 'f' AND cardinality(k.conkey) = 1`);
  const found = new Map<string, Route>();
  const route = (name: string, where: string) => {
    const keys = tables.find((table) => table.name === name)?.keys ?? [];
    if (keys.length > 0) found.set(name, { where, keys });
  };
  for (const { name, columns } of tables)
    if (name === 'organisations') route(name, 't.id = $1');
    else if (columns.includes('organisation_id')) route(name, 't.organisation_id = $1');
  for (let known = -1; known < found.size; ) {
    known = found.size;
    for (const { from, to, column, key } of references) {
      const by = found.get(to);
      if (by && !found.has(from))
        route(from, `t.${column} IN (SELECT t.${key} FROM ${to} t WHERE ${by.where})`);
    }
  }
  const lost = tables.map(({ name }) => name).filter((name) => !found.has(name));
  if (lost.length > 0)
    throw new Error(
      `nothing leads from ${lost.join(', ')} to an organisation: say in ${import.meta.filename} what it is`,
    );
  return found;
}
