import pg from 'pg';
import { hexDigestOf } from '../digest.js';

const names = new Map<string, string>();
/** A connection keeps this many plans: texts are fixed in the code, and never hold values. */
const MOST = 100;

/**
 * PostgreSQL parses and plans the statement once for each connection, and not at every call. Use it for statements that
 * every run makes and that find their rows by a key: their plan is the same whatever the parameters.
 */
export function prepared(sql: string): string {
  if (!names.has(sql)) {
    if (names.size >= MOST) throw new Error('too many prepared statements: do their texts hold values?');
    names.set(sql, `nightshift_${hexDigestOf(sql).slice(0, 32)}`);
  }
  return sql;
}

/** The answer's columns have changed since the statement was prepared, or a pooler has forgotten it. */
const STALE = ['0A000', '26000'];
const ABORTED = '25P02';

type Ask = (query: unknown, values?: unknown, callback?: unknown) => Promise<unknown>;

/** A client that keeps to prepared statements, until one of them is stale: from then on it does without. */
export class PreparingClient extends pg.Client {
  private without = false;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    const ask: Ask = super.query.bind(this);
    const preparing: Ask = (text, values, callback) => {
      const known = typeof text === 'string' && Array.isArray(values) && callback === undefined;
      const name = known && !this.without ? names.get(text) : undefined;
      if (name === undefined) return ask(text, values, callback);
      return ask({ name, text, values }).catch((error: unknown) => {
        if (!STALE.includes(codeOf(error))) throw error;
        this.without = true;
        return ask(text, values).catch((again: unknown) => {
          throw codeOf(again) === ABORTED ? error : again;
        });
      });
    };
    this.query = preparing as typeof this.query;
  }
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code);
