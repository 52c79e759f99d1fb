import { v7 as uuidv7 } from 'uuid';
import type { TestStack } from '../../support/stack.js';

export interface RunRow {
  organisation_id: string;
  project_id: string | null;
  user_id: string | null;
  agent: string;
  status: string;
  input: object;
  result: object | null;
  error: object | null;
  usage: object | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  schedule_id: string | null;
  tick_at: string | null;
  due_at: string | null;
}

const INSERT = `
  INSERT INTO agent_runs (id, organisation_id, project_id, user_id, agent, trigger, input, priority, labels,
    timeout_seconds, status, result, error, usage, created_at, started_at, finished_at, schedule_id, tick_at, due_at, event_seq)
  SELECT $1, organisation_id, project_id, user_id, agent, 'api', coalesce(input, '{}'), 5, '{}', 60, status, result, error,
         usage, created_at, started_at, finished_at, schedule_id, tick_at, due_at, 1
    FROM jsonb_populate_record(NULL::agent_runs, $2::jsonb)`;

const EVENT = `
  INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, written_by)
  SELECT id, 1, 'background_run_' || status, created_at, status, 1, '{}', organisation_id, 'test'
    FROM agent_runs WHERE id = $1`;

/** A run as the product would have written it, at whatever time it is said to have been. */
export async function runRow(stack: TestStack, row: Partial<RunRow>, query = stack.query.bind(stack)) {
  const id = uuidv7();
  const { organisation_id, project_id, user_id } = stack.tenant;
  const at = row.finished_at ?? new Date().toISOString();
  const whole = {
    organisation_id,
    project_id,
    user_id,
    agent: 'self_check',
    status: 'completed',
    created_at: at,
    ...row,
  };
  await query(INSERT, [id, JSON.stringify(whole)]);
  await query(EVENT, [id]);
  return id;
}
