import { isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { Progress, Written } from './contract/run.js';
import type { CurrentRun, FlowModel, FlowWork, RunContext } from './contract/run-context.js';
import type { AskReply } from './contract/work.js';
import type { WorkContract } from './contract/work-contract.js';
import { asking, lifecycle, model, work } from './proxies.js';
import { readFailure } from './read-failure.js';
import { toolsOf } from './tools.js';
import { uninterrupted, untilSettled } from './until-settled.js';

/** The run's current attempt, step and progress: read when something fails, and when events are written. */
export interface Position {
  attempt: number;
  step: string | null;
  progress: Progress | null;
  /** The last event that history holds a receipt of. */
  known: number;
}

/** Takes in what was written. */
export function heard(position: Position, { receipts }: Written): void {
  position.known = Math.max(position.known, ...receipts.map(({ seq }) => seq));
}

/** Progress is written at most this often, however many steps there are. */
const PROGRESS_EVERY_MS = 1000;

export function runContext(run_id: string, position: Position): RunContext {
  return {
    run: currentRun(run_id, position),
    model: modelOf(run_id, position),
    work: workOf(run_id),
    tools: toolsOf(run_id),
  };
}

function currentRun(run_id: string, position: Position): CurrentRun {
  let written = Date.now();
  return {
    id: run_id,
    attempt: position.attempt,
    sleep,
    async step(name, work) {
      position.step = name;
      const value = await work();
      position.step = null;
      return value;
    },
    async progress(done, total, text) {
      const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
      position.progress = { percent, done, total, text };
      setCurrentDetails(`attempt ${position.attempt}: ${text} (${percent} %)`);
      if (done >= total || Date.now() - written < PROGRESS_EVERY_MS) return;
      written = Date.now();
      const { attempt, known, progress } = position;
      heard(position, await lifecycle.progress({ run_id, known, attempt, progress }));
    },
  };
}

function modelOf(run_id: string, position: Position): FlowModel {
  return {
    respond: (request) => untilSettled(() => model.respond({ ...request, run_id })),
    embed: (key, texts) => untilSettled(() => model.embed({ run_id, key, texts })),
    async unlessItFails(work) {
      try {
        return { value: await work(), failure: null };
      } catch (thrown) {
        const { code, message } = readFailure(thrown, position);
        if (isCancellation(thrown) || !code.startsWith('model_')) throw thrown;
        position.step = null;
        return { value: null, failure: message };
      }
    },
  };
}

/** The types are those of the agent's contract, which its work is checked against. */
function workOf(run_id: string): FlowWork<WorkContract> {
  return {
    gather: (what, args: unknown = null) => work.gather({ run_id, what, args }) as Promise<never>,
    ask: (what, args: unknown = null) =>
      untilSettled(() => asking.ask({ run_id, what, args })) as Promise<AskReply<never>>,
    deliver: (delivery, given, { reply, which } = {}) =>
      uninterrupted(() =>
        work.deliver({
          run_id,
          delivery,
          ...(which === undefined ? {} : { which }),
          given,
          ...(reply?.answer ? { answer: reply.answer.key } : {}),
        }),
      ),
  };
}
