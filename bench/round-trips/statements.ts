import { readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { logPath } from '../../stack/log-file.js';
import { withDatabase } from '../harness/database.js';
import type { Figures } from '../harness/processes.js';
import type { BenchStack } from '../harness/stack.js';

const settings = {
  log_statement: `'all'`,
  log_line_prefix: `'app=%a '`,
  log_parameter_max_length: '0',
};

/** PostgreSQL writes every statement into its log while `work` goes on, and no longer. */
export async function withStatementLog<T>({ postgres }: BenchStack, work: () => Promise<T>): Promise<T> {
  await alter(postgres.url, (name, value) => `ALTER SYSTEM SET ${name} = ${value}`);
  try {
    return await work();
  } finally {
    await alter(postgres.url, (name) => `ALTER SYSTEM RESET ${name}`);
  }
}

async function alter(url: string, statement: (name: string, value: string) => string): Promise<void> {
  await withDatabase(url, async (db) => {
    for (const [name, value] of Object.entries(settings)) await db.query(statement(name, value));
    await db.query('SELECT pg_reload_conf()');
  });
  await pause(500);
}

/** Remembers a place in the log; later it says how many statements of each kind came after it. */
export function statementCounter({ home }: BenchStack): () => Figures {
  const path = logPath(home, 'postgres');
  const from = statSync(path).size;
  return () => countStatements(readFileSync(path).subarray(from).toString('utf8'));
}

export function countStatements(log: string): Figures {
  const counts: Figures = {};
  for (const entry of log.split(/^app=/m)) {
    const [, app, sql] = /^(\S*) LOG:\s+(?:statement|execute [^:]+): (.*)/s.exec(entry) ?? [];
    if (app === undefined || sql === undefined || app === 'nightshift-bench') continue;
    const name = `${app.replace('nightshift-', '')}: ${nameOf(sql)}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The tables it writes, or the first it reads, or its first words. */
function nameOf(sql: string): string {
  const written = [...sql.matchAll(/\b(INSERT INTO|DELETE FROM|UPDATE)\s+(?!SET\b)([a-z_]+)/g)];
  if (written.length > 0) {
    return written.map(([, verb = '', table]) => `${verb.split(' ')[0]} ${table}`).join(', ');
  }
  const read = /\bFROM\s+([a-z_]+)/.exec(sql)?.[1];
  return read ? `SELECT ${read}` : sql.trim().split(/\s+/).slice(0, 2).join(' ').slice(0, 40);
}
