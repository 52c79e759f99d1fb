import { ApplicationFailure } from '@temporalio/common';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Question, WorkStore } from '../../../activities/work/index.js';
import { misfits } from '../../../workflows/contract/misfits.js';
import { parseStorable } from '../../../workflows/contract/storable.js';
import {
  type Delivered,
  type DeliveryRequest,
  deliveryKey,
  OWN_QUESTION,
} from '../../../workflows/contract/work.js';
import { findAnswer } from '../../engine/runs/model-call.store.js';
import { RunGone } from '../../engine/runs/run.store.js';
import { effectOnce } from '../../engine/runs/run-effect.js';
import { type AppError, projectArchived } from '../../platform/http/app-error.js';
import { isCollision, isDatabaseOutage } from '../../platform/http/problem.filter.js';
import type { AnyWork, WorkingRun } from './agent-work.js';
import { deliverySchema } from './delivery-schema.js';

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

/** Runs the work of agents, each within the run's own project. */
export class PostgresWorkStore implements WorkStore {
  constructor(
    private readonly db: DataSource,
    private readonly works: readonly AnyWork[],
  ) {}

  async gather(run_id: string, what: string, given: unknown): Promise<unknown> {
    const run = await this.run(run_id);
    const { contract, gather } = this.workOf(run.agent);
    const [agreed, facts] = [contract.gathers?.[what], gather?.[what]];
    if (!agreed || !facts) throw defect(`${run.agent} gathers no ${what}`);
    const args = fitting(`the arguments of ${what}`, agreed.args ?? NOTHING, given);
    return passing(async () => {
      const gathered = await this.db.transaction('REPEATABLE READ', (tx) => facts(tx, run, args as never));
      return fitting(`what ${what} gathers`, agreed.facts, gathered);
    });
  }

  async question(run_id: string, what: string, given: unknown): Promise<Question> {
    if (what === OWN_QUESTION) return this.ownQuestion(run_id);
    const run = await this.run(run_id);
    const { contract, ask } = this.workOf(run.agent);
    const [agreed, question] = [contract.asks?.[what], ask?.[what]];
    if (!agreed || !question) throw defect(`${run.agent} asks no ${what}`);
    const args = fitting(`the arguments of ${what}`, agreed.args ?? NOTHING, given);
    const { input, which, ...facts } = await passing(() =>
      this.db.transaction('REPEATABLE READ', (tx) => question(tx, run, args as never)),
    );
    const kept = input === null ? {} : fitting(`what ${what} keeps`, agreed.kept ?? EMPTY, facts.kept ?? {});
    const shown = fitting(`what ${what} shows`, agreed.shown ?? EMPTY, facts.shown ?? {});
    const format = { name: run.agent, schema: z.toJSONSchema(agreed.answer), strict: true };
    return { key: which === undefined ? what : `${what} ${which}`, input, kept, shown, format };
  }

  async deliver(run_id: string, request: DeliveryRequest): Promise<Delivered> {
    const run = await this.run(run_id);
    const { contract, deliver } = this.workOf(run.agent);
    const { delivery, given, answer } = request;
    const [schema, write] = [deliverySchema(contract, delivery), deliver?.[delivery]];
    if (!schema || !write) throw defect(`${run.agent} delivers no ${delivery}`);
    return passing(() =>
      effectOnce(this.db, run_id, deliveryKey(request), async (tx) => {
        const answered = answer === undefined ? null : await answerOf(tx, run_id, answer);
        const output = fitting(delivery, schema, { ...given, ...answered?.fields });
        return write(tx, run, output as never, answered?.model ?? null);
      }),
    );
  }

  private async ownQuestion(run_id: string): Promise<Question> {
    const [run]: { input: unknown }[] = await this.db.query('SELECT input FROM agent_runs WHERE id = $1', [
      run_id,
    ]);
    if (!run) throw new RunGone(run_id);
    return { key: 'answer', input: run.input, kept: {}, shown: {}, format: 'version' };
  }

  private workOf(agent: string): AnyWork {
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

/** The recorded answer to a question of this run, with the facts that were kept with it. */
async function answerOf(
  tx: EntityManager,
  run_id: string,
  key: string,
): Promise<{ fields: object; model: string | null }> {
  const call = await findAnswer(tx, run_id, key);
  if (!call) throw defect(`there is no answer ${key}`);
  const { kept } = (call.facts ?? {}) as { kept?: object };
  return { fields: { ...(parseStorable(call.response as string) as object), ...kept }, model: call.model };
}

const NOTHING = z.null();
const EMPTY = z.strictObject({});

function fitting<Schema extends z.ZodType>(name: string, schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw defect(`${name} does not fit: ${misfits(result.error)}`);
  return result.data;
}

/** A passing failure is tried again; any other would repeat for ever. */
async function passing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApplicationFailure || isDatabaseOutage(error) || isCollision(error)) throw error;
    throw defect(whyRefused(error));
  }
}

/** PostgreSQL's own words may quote the value that it refused. */
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
