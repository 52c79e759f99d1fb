import { endingEvent } from '../../../workflows/contract/run-state.js';
import { BenchClient } from '../http.js';
import type { BenchStack } from '../stack.js';
import { RunEnds } from './run-ends.js';
import type { Side } from './side.js';

/** A `self_check` run with this input, asked for over HTTP, its end seen on the one stream of events. */
export async function openOurs({ url, api_key }: BenchStack, input: object = {}): Promise<Side> {
  const api = new BenchClient(url, api_key);
  const ends = await RunEnds.open(api);
  return {
    execute: async () => {
      const { body } = await api.post('/api/agent-runs', { agent: 'self_check', input });
      const { agent_runs } = JSON.parse(body) as { agent_runs: [{ id: string }] };
      const [{ id }] = agent_runs;
      const { type, data } = await ends.of(id);
      if (type !== endingEvent('completed'))
        throw new Error(`run ${id} ended with ${type} ${JSON.stringify(data)}`);
    },
    close: async () => {
      ends.close();
      api.close();
    },
  };
}
