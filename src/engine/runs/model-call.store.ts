import type { DataSource, EntityManager } from 'typeorm';
import type { ModelCallStore, StoredAnswer, StoredCall } from '../../../activities/model/calls.js';
import { AgentRunModelCall } from '../../platform/db/entities/run.entity.js';
import { prepared } from '../../platform/db/prepared.js';

const ANSWERED = `
  SELECT model, response, facts, input_tokens::int AS input_tokens, output_tokens::int AS output_tokens, cost_usd::float AS cost_usd
  FROM agent_run_model_calls WHERE run_id = $1 AND key = $2 AND status = 'answered'`;

const RECORD = `
  INSERT INTO agent_run_model_calls AS c (run_id, key, kind, tries, requested_model, model, status, input_tokens,
    output_tokens, cost_usd, duration_ms, request_id, response, error, facts)
  VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13::jsonb, $14::jsonb)
  ON CONFLICT (run_id, key) DO UPDATE SET tries = c.tries + 1, model = coalesce(excluded.model, c.model),
    status = excluded.status, input_tokens = c.input_tokens + excluded.input_tokens,
    output_tokens = c.output_tokens + excluded.output_tokens,
    cost_usd = coalesce(c.cost_usd + excluded.cost_usd, excluded.cost_usd, c.cost_usd),
    duration_ms = c.duration_ms + excluded.duration_ms, request_id = excluded.request_id,
    response = excluded.response, error = excluded.error, facts = excluded.facts, at = clock_timestamp()
  WHERE c.status <> 'answered' OR (c.facts IS NULL AND excluded.facts IS NOT NULL)`;

export class PostgresModelCallStore implements ModelCallStore {
  constructor(private readonly db: DataSource | EntityManager) {}

  async answered(run_id: string, key: string): Promise<StoredAnswer | null> {
    const [row]: StoredAnswer[] = await this.db.query(prepared(ANSWERED), [run_id, key]);
    return row ?? null;
  }

  /** Tokens of failed tries count too: they were paid for. */
  async record(call: StoredCall): Promise<void> {
    await this.db.query(prepared(RECORD), [
      call.run_id,
      call.key,
      call.kind,
      call.requested_model,
      call.model,
      call.status,
      call.usage.input_tokens,
      call.usage.output_tokens,
      call.usage.cost_usd,
      call.duration_ms,
      call.request_id,
      call.response === null ? null : JSON.stringify(call.response),
      call.error === null ? null : JSON.stringify(call.error),
      call.status === 'answered' && call.facts ? JSON.stringify(call.facts) : null,
    ]);
  }
}

/** Returns an answered call of the run; null if there is none yet. */
export function findAnswer(
  db: DataSource | EntityManager,
  run_id: string,
  key: string,
): Promise<AgentRunModelCall | null> {
  return db.getRepository(AgentRunModelCall).findOneBy({ run_id, key, status: 'answered' });
}
