import type { DataSource } from 'typeorm';

/** The schema as PostgreSQL itself tells it, in a fixed order: what the migrations come to. */
export async function dumpSchema(db: DataSource): Promise<string> {
  const tables: { name: string }[] = await db.query(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`,
  );
  const parts: string[] = ['-- Made by `npm run gen` from the migrations. Do not edit.'];
  for (const { name } of tables) parts.push(await dumpTable(db, name));
  parts.push(...(await texts(db, FUNCTIONS)), ...(await texts(db, TRIGGERS)));
  return `${parts.join('\n\n')}\n`;
}

async function dumpTable(db: DataSource, table: string): Promise<string> {
  const columns = await texts(db, COLUMNS, table);
  const constraints = await texts(db, CONSTRAINTS, table);
  const indexes = await texts(db, INDEXES, table);
  const body = [...columns, ...constraints].map((line) => `  ${line}`).join(',\n');
  return [`CREATE TABLE ${table} (\n${body}\n);`, ...indexes].join('\n');
}

async function texts(db: DataSource, sql: string, ...values: string[]): Promise<string[]> {
  const rows: { text: string }[] = await db.query(sql, values);
  return rows.map(({ text }) => text.trim());
}

const COLUMNS = `
  SELECT quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
         || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
         || CASE WHEN a.attgenerated <> '' THEN ' GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                 ELSE coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') END AS text
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

const CONSTRAINTS = `
  SELECT 'CONSTRAINT ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) AS text
    FROM pg_constraint WHERE conrelid = $1::regclass AND contype <> 'n' ORDER BY contype, conname`;

const INDEXES = `
  SELECT pg_get_indexdef(i.indexrelid) || ';' AS text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
   ORDER BY c.relname`;

const FUNCTIONS = `
  SELECT pg_get_functiondef(oid) || ';' AS text FROM pg_proc
   WHERE pronamespace = 'public'::regnamespace ORDER BY proname`;

const TRIGGERS = `
  SELECT pg_get_triggerdef(oid) || ';' AS text FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname`;
