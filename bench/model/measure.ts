import { join } from 'node:path';
import { childEnvironment } from '../../stack/child-environment.js';
import { freePorts } from '../../stack/free-ports.js';
import { nodeChild } from '../../stack/node-child.js';
import { superviseProcess } from '../../stack/supervisor.js';
import { BenchClient } from '../harness/http.js';
import { override } from '../harness/override.js';
import { type Both, type Load, latencies, load, warmUp } from '../harness/sides/rounds.js';
import type { Side } from '../harness/sides/side.js';
import { withSides } from '../harness/sides/with-sides.js';
import type { BenchStack } from '../harness/stack.js';
import type { ModelCounts } from './fixed-model.js';

/** The duration of every answer of the model. */
export const ANSWER_MS = 500;
const name = 'fixed-model';

export interface ModelFigures {
  latencies: Both<number[][]>;
  load: Load;
  /** Milliseconds of each run of the load. */
  under_load: Both<number[]>;
  in_flight: number;
  most_open: number;
}

interface ModelSizes {
  model_warm_up: number;
  model_rounds: number;
  model_runs: number;
  model_load_runs: number;
  model_in_flight: number;
}

/** Runs with one call of a model that always takes as long, beside a bare workflow whose activity takes as long. */
export async function measureModel(bench: BenchStack, sizes: ModelSizes): Promise<ModelFigures> {
  const url = await startModel(bench);
  const api = new BenchClient(bench.url, bench.api_key);
  await override(api, { OPENAI_BASE_URL: `${url}/v1` });
  try {
    return await measureSides(bench, url, sizes);
  } finally {
    await override(api, { OPENAI_BASE_URL: null });
    api.close();
  }
}

function measureSides(bench: BenchStack, url: string, sizes: ModelSizes): Promise<ModelFigures> {
  return withSides(bench, { waits_ms: ANSWER_MS, input: { model_calls: 1 } }, async (sides) => {
    const { model_warm_up, model_rounds, model_runs, model_load_runs, model_in_flight } = sizes;
    const own = {
      warm_up: model_warm_up,
      latency_rounds: model_rounds,
      latency_runs: model_runs,
      load_rounds: model_rounds,
      load_runs: model_load_runs,
      in_flight: model_in_flight,
    };
    await bench.step('model warm-up', () => warmUp(bench, sides, own));
    const one = await bench.step('model latency', () => latencies(bench, sides, own));
    const under_load: Both<number[]> = { floor: [], ours: [] };
    const timed = {
      floor: timing(sides.floor, under_load.floor),
      ours: timing(sides.ours, under_load.ours),
    };
    await countsOf(url);
    const loaded = await bench.step('model load', () => load(bench, timed, own, [name]));
    const { most_open } = await countsOf(url);
    return { latencies: one, load: loaded, under_load, in_flight: model_in_flight, most_open };
  });
}

async function startModel({ home, source, log, signal, stack }: BenchStack): Promise<string> {
  const [port] = await freePorts(1);
  const entry = join(import.meta.dirname, 'fixed-model.js');
  const plan = nodeChild(name, entry, childEnvironment({}, source), ({ saidReady }) => saidReady);
  const args = [...plan.args, String(port), String(ANSWER_MS)];
  stack.hold(name, await superviseProcess({ ...plan, args }, { home, log, signal }));
  return `http://127.0.0.1:${port}`;
}

async function countsOf(url: string): Promise<ModelCounts> {
  return (await fetch(`${url}/counts`)).json() as Promise<ModelCounts>;
}

function timing({ execute, close }: Side, times: number[]): Side {
  return {
    execute: async () => {
      const began = performance.now();
      await execute();
      times.push(performance.now() - began);
    },
    close,
  };
}
