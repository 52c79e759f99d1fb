import { isCancellation, setCurrentDetails, sleep } from '@temporalio/workflow';
import type { RunContext } from './contract/agent.js';
import type { Progress, Written } from './contract/run.js';
import type { Asked } from './contract/work.js';
import { asking, lifecycle, model, reports, retrieval, selfCheck, work, workspace } from './proxies.js';
import { readFailure } from './read-failure.js';
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
  let written = Date.now();
  return {
    run_id,
    attempt: position.attempt,
    selfCheck,
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
    gather: <T>(what: string, args: unknown = null) => work.gather({ run_id, what, args }) as Promise<T>,
    ask: <T>(what: string, args: unknown = null) =>
      untilSettled(() => asking.ask({ run_id, what, args })) as Promise<Asked<T>>,
    deliver: (step, output, asked) =>
      uninterrupted(() =>
        work.deliver({ run_id, step, output, ...(asked?.answer ? { answer: asked.answer.key } : {}) }),
      ),
    respond: (request) => untilSettled(() => model.respond({ ...request, run_id })),
    embed: (key, texts) => untilSettled(() => model.embed({ run_id, key, texts })),
    indexChunks: (key, chunk_ids) => untilSettled(() => retrieval.indexChunks({ run_id, key, chunk_ids })),
    mayBeStale: () => retrieval.mayBeStale({ run_id }),
    currentSpace: (key) => untilSettled(() => retrieval.currentSpace({ run_id, key })),
    staleChunks: (space, after, limit, of = null) =>
      retrieval.staleChunks({ run_id, space, after, limit, ...(of ? { of } : {}) }),
    async unlessModelFails(work) {
      try {
        return { value: await work(), failure: null };
      } catch (thrown) {
        const { code, message } = readFailure(thrown, position);
        if (isCancellation(thrown) || !code.startsWith('model_')) throw thrown;
        position.step = null;
        return { value: null, failure: message };
      }
    },
    writeFiles: (files) => uninterrupted(() => workspace.writeFiles({ run_id, files })),
    projectChanges: (since) => reports.projectChanges({ run_id, since }),
    projectDay: (day) => reports.projectDay({ run_id, day }),
  };
}
