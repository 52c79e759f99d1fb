import { ApplicationFailure } from '@temporalio/common';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Question, WorkStore } from '../../../activities/work/index.js';
import { misfits } from '../../../workflows/contract/misfits.js';
import { parseStorable } from '../../../workflows/contract/storable.js';
import { type Delivered, OWN_QUESTION } from '../../../workflows/contract/work.js';
import { RunGone } from '../../engine/runs/run.store.js';
import { effectOnce } from '../../engine/runs/run-effect.js';
import { type AppError, projectArchived } from '../../platform/http/app-error.js';
import { isCollision, isDatabaseOutage } from '../../platform/http/problem.filter.js';
import type { AgentWork, WorkingRun } from './agent-work.js';

const WORKING_RUN = `
  SELECT r.id AS run_id, r.agent, r.organisation_id, r.project_id, r.user_id, p.time_zone, r.input,
         CASE WHEN r.target_type IS NOT NULL
              THEN jsonb_build_object('type', r.target_type, 'id', r.target_id) END AS target,
         coalesce(r.tick_at, r.created_at) AS moment, coalesce((r.settings->>'auto_accept')::boolean, false) AS auto_accept,
         ARRAY(SELECT DISTINCT c.model FROM agent_run_model_calls c
                WHERE c.run_id = r.id AND c.kind = 'respond' AND c.status = 'answered' AND c.model IS NOT NULL
                ORDER BY 1) AS models,
         CASE WHEN p.archived_at IS NOT NULL THEN p.name END AS archived
    FROM agent_runs r LEFT JOIN projects p ON p.id = r.project_id WHERE r.id = $1`;

/** Reads and writes for agents, each by its own file and within the run’s own project. */
export class PostgresWorkStore implements WorkStore {
  constructor(
    private readonly db: DataSource,
    private readonly works: readonly AgentWork[],
  ) {}

  async gather(run_id: string, what: string, args: unknown): Promise<unknown> {
    const run = await this.run(run_id);
    const gather = this.workOf(run.agent).gather?.[what];
    if (!gather) throw defect(`${run.agent} gathers no ${what}`);
    return passing(() => this.db.transaction('REPEATABLE READ', (tx) => gather(tx, run, args as never)));
  }

  async question(run_id: string, what: string, args: unknown): Promise<Question> {
    if (what === OWN_QUESTION) return this.ownQuestion(run_id);
    const run = await this.run(run_id);
    const asked = this.workOf(run.agent).asks?.[what];
    if (!asked) throw defect(`${run.agent} asks no ${what}`);
    const facts = await passing(() =>
      this.db.transaction('REPEATABLE READ', (tx) => asked.facts(tx, run, args as never)),
    );
    const { told, kept = {}, shown = {}, which } = facts;
    const format = { name: run.agent, schema: z.toJSONSchema(asked.answer), strict: true };
    return { key: which === undefined ? what : `${what} ${which}`, told, kept, shown, format };
  }

  async deliver(run_id: string, step: string, given: unknown, answer?: string): Promise<Delivered> {
    const run = await this.run(run_id);
    const work = this.workOf(run.agent);
    return passing(() =>
      effectOnce(this.db, run_id, step, async (tx) => {
        const said = answer === undefined ? null : await saidTo(tx, run_id, answer);
        const output = work.output.safeParse({ ...(given as object), ...said?.fields });
        if (!output.success) throw defect(`${step} does not fit: ${misfits(output.error)}`);
        return work.deliver(tx, run, output.data, step, said?.model ?? null);
      }),
    );
  }

  private async ownQuestion(run_id: string): Promise<Question> {
    const [run]: { input: unknown }[] = await this.db.query('SELECT input FROM agent_runs WHERE id = $1', [
      run_id,
    ]);
    if (!run) throw new RunGone(run_id);
    return { key: 'answer', told: run.input, kept: {}, shown: {}, format: 'version' };
  }

  private workOf(agent: string): AgentWork {
    const work = this.works.find((one) => one.agent === agent);
    if (!work) throw defect(`${agent} has no work of its own`);
    return work;
  }

  private async run(run_id: string): Promise<WorkingRun> {
    const [found]: (WorkingRun & { archived: string | null })[] = await this.db.query(WORKING_RUN, [run_id]);
    if (!found) throw new RunGone(run_id);
    const { archived, ...run } = found;
    if (run.project_id === null) throw defect(`${run.agent} works in a project only`);
    if (archived !== null) throw refused(projectArchived(archived));
    return run;
  }
}

/** The recorded answer to a question of this run, with what was kept of the facts that it was given to. */
async function saidTo(
  tx: EntityManager,
  run_id: string,
  key: string,
): Promise<{ fields: object; model: string | null }> {
  const [call]: { response: string; model: string | null; facts: { kept?: object } | null }[] =
    await tx.query(
      `SELECT response, model, facts FROM agent_run_model_calls WHERE run_id = $1 AND key = $2 AND status = 'answered'`,
      [run_id, key],
    );
  if (!call) throw defect(`there is no answer ${key}`);
  return { fields: { ...(parseStorable(call.response) as object), ...call.facts?.kept }, model: call.model };
}

/** What passes is tried again; anything else would fail for ever. */
async function passing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApplicationFailure || isDatabaseOutage(error) || isCollision(error)) throw error;
    throw defect(whyRefused(error));
  }
}

/** PostgreSQL’s own words may quote the value that it refused. */
function whyRefused(error: unknown): string {
  const { severity, code } = (error ?? {}) as { severity?: unknown; code?: unknown };
  if (severity !== undefined) return `PostgreSQL refuses what it writes (${String(code)})`;
  return error instanceof Error ? error.message : String(error);
}

function refused({ code, message }: AppError): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}

function defect(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'agent_defect');
}
