import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_NAME, makeDemo } from '../../demo/make-demo.js';
import { readDemoData } from '../../demo/read-data.js';
import { readTruth, type Truth } from '../../demo/truth.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { isEnded, type RunStatus } from '../../workflows/contract/run-state.js';
import { BenchClient } from '../harness/http.js';
import type { BenchStack } from '../harness/stack.js';

const POLL_MS = 250;
/** A scan leaves what is too much for it to the next one. */
const MOST_SCANS = 10;

interface Run {
  id: string;
  status: RunStatus;
  error: unknown;
  usage: { model_calls: number } | null;
  result: { pairs: number; left: number } | null;
}

interface Proposal {
  change: { relation: string; other_id: string };
  target: { id: string };
}

/** One pair of tickets, whichever comes first. */
export interface PlantedPair {
  relation: 'duplicate_of' | 'conflicts_with';
  ids: [string, string];
  /** The words by which a person recognises the ticket. */
  words: string;
  /** The difficulty of a duplicate. */
  difficulty?: string;
}

export interface PlantedFigures {
  planted: PlantedPair[];
  proposed: PlantedPair[];
  /** Pairs that may be taken for planted ones, and are none. */
  look_alikes: string[];
  /** Every judged pair, by `pairKey`. */
  judged: string[];
  embed_seconds: number;
  scan_seconds: number;
  scans: number;
  model_calls: number;
}

export const plantedKey = (ids: readonly string[]) => [...ids].sort().join(' ');

/** Measures how much of the demo's planted pairs the scanner finds, through the API as anybody would use it. */
export async function measurePlanted(bench: BenchStack): Promise<PlantedFigures> {
  const { step, url, api_key, postgres, signal } = bench;
  const api = new BenchClient(url, api_key);
  const db = await createDataSource(postgres.url, 2, 'nightshift-bench').initialize();
  try {
    const me = await get<{ organisation: { id: string }; user: { id: string } }>(api, '/api/me');
    const owner = { organisation_id: me.organisation.id, user_id: me.user.id };
    const data = readDemoData();
    const { project_id } = await step('demo', () => makeDemo(db, owner, DEMO_NAME, data));
    const truth = await readTruth(db, { ...owner, project_id }, data);
    if (!truth) throw new Error('the demo has no truth');
    const embedding = await step('embedded', () =>
      timed(() => ended(api, '/api/agent-runs', { agent: 'reindex', project_id, input: {} }, signal)),
    );
    const scanning = await step('scanned', () => timed(() => scan(api, project_id, signal)));
    const judged: { ids: [string, string] }[] = await db.query(
      `SELECT ARRAY[first_id, second_id] AS ids FROM ticket_pairs WHERE project_id = $1 AND verdict IS NOT NULL`,
      [project_id],
    );
    const titles = await titlesOf(db, project_id);
    return {
      planted: plantedIn(truth),
      proposed: await proposedIn(api, project_id, titles),
      look_alikes: truth.look_alikes.map(({ one, other }) => plantedKey([one.id, other.id])),
      judged: judged.map(({ ids }) => plantedKey(ids)),
      embed_seconds: embedding.seconds,
      scan_seconds: scanning.seconds,
      scans: scanning.result.length,
      model_calls: scanning.result.reduce((sum, { usage }) => sum + (usage?.model_calls ?? 0), 0),
    };
  } finally {
    api.close();
    await db.destroy();
  }
}

async function scan(api: BenchClient, project_id: string, signal: AbortSignal): Promise<Run[]> {
  const runs: Run[] = [];
  while (runs.length < MOST_SCANS && (runs.at(-1)?.result?.left ?? 1) > 0)
    runs.push(await ended(api, `/api/projects/${project_id}/ticket-conflicts/scan`, {}, signal));
  return runs;
}

/** The run that was asked for, once it has completed. */
async function ended(api: BenchClient, path: string, body: object, signal: AbortSignal): Promise<Run> {
  const { agent_runs } = JSON.parse((await api.post(path, body)).body) as { agent_runs: [Run] };
  let [run] = agent_runs;
  while (!isEnded(run.status)) {
    await pause(POLL_MS, undefined, { signal });
    run = await get<Run>(api, `/api/agent-runs/${run.id}`);
  }
  if (run.status !== 'completed') throw new Error(`${path}: ${run.status} ${JSON.stringify(run.error)}`);
  return run;
}

function plantedIn({ duplicates, conflicts }: Truth): PlantedPair[] {
  return [
    ...duplicates.map(({ older, newer, difficulty }) => ({
      relation: 'duplicate_of' as const,
      ids: [older.id, newer.id] as [string, string],
      words: `${older.title} / ${newer.title}`,
      difficulty,
    })),
    ...conflicts.map(({ one, other }) => ({
      relation: 'conflicts_with' as const,
      ids: [one.id, other.id] as [string, string],
      words: `${one.title} / ${other.title}`,
    })),
  ];
}

async function proposedIn(
  api: BenchClient,
  project_id: string,
  titles: Map<string, string>,
): Promise<PlantedPair[]> {
  const pairs: PlantedPair[] = [];
  for (let before: string | null = ''; before !== null; ) {
    const inbox = `/api/projects/${project_id}/inbox?kind=ticket_relation&limit=200`;
    const page: { proposals: Proposal[]; next_before: string | null } = await get(
      api,
      `${inbox}${before && `&before=${before}`}`,
    );
    for (const { change, target } of page.proposals) {
      const ids: [string, string] = [target.id, change.other_id];
      const words = ids.map((id) => titles.get(id)).join(' / ');
      pairs.push({ relation: change.relation as PlantedPair['relation'], ids, words });
    }
    before = page.next_before;
  }
  return pairs;
}

async function titlesOf(
  db: { query: (sql: string, values: unknown[]) => Promise<{ id: string; title: string }[]> },
  project_id: string,
): Promise<Map<string, string>> {
  const rows = await db.query(`SELECT id, title FROM tickets WHERE project_id = $1`, [project_id]);
  return new Map(rows.map(({ id, title }) => [id, title]));
}

const get = async <T>(api: BenchClient, path: string): Promise<T> =>
  JSON.parse((await api.get(path)).body) as T;

async function timed<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await act();
  return { result, seconds: (performance.now() - began) / 1000 };
}
