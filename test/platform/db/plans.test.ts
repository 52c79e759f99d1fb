import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { SINCE } from '../../../src/engine/feed/event.store.js';
import { ACTIVE_RUNS, FAILURES_BY_AGENT, RECENT_RUNS } from '../../../src/engine/feed/feed.repository.js';
import { ADMIT } from '../../../src/engine/runs/admission.sql.js';
import { BEGIN, CHANGE, FINISH } from '../../../src/engine/runs/run-change.sql.js';
import { CLAIM_CANCELLATIONS, CLAIM_STARTS } from '../../../src/engine/runs/sweep.store.js';
import { TODO } from '../../../src/engine/schedules/cadence.store.js';
import { TICK_TO_FIRE } from '../../../src/engine/schedules/firing.store.js';
import {
  ANSWER_MEMBERS,
  FOLLOWERS_OF_TICK,
  MEMBERS_OF_TICK,
} from '../../../src/engine/schedules/tick.store.js';
import { LIST_PROPOSALS } from '../../../src/workspace/proposals/proposal.repository.js';
import { COUNT_WORDS, RANK } from '../../../src/workspace/retrieval/by-words.store.js';
import { READ_HITS } from '../../../src/workspace/retrieval/hit.store.js';
import { NEAREST_BY_SIGNS } from '../../../src/workspace/retrieval/nearest.store.js';
import { useDataSource } from '../../support/own-database.js';
import { fill, idOf } from './filled.js';

const own = useDataSource(1);
beforeAll(() => fill(own.db));

const organisation_id = idOf('organisation', 1);
const project_id = idOf('project', 1);
const user_id = idOf('user', 1);
const run_id = idOf('run', 1);
const cadence_id = idOf('cadence', 1);
const now = new Date();
const least_id = '00000000-0000-0000-0000-000000000000';

const request = {
  id: randomUUID(),
  organisation_id,
  project_id,
  user_id,
  agent: 'self_check',
  built_in: true,
};
const writer = [run_id, 'writer', ['queued', 'running'], '[]', 'worker'];
const last_event = 2_147_483_647;
/** A worker takes more at once, from far more schedules than there are here. */
const tick = [cadence_id, now, least_id, 50];
const signs = '100';

const statements: [name: string, sql: string, parameters: unknown[]][] = [
  ['a run is admitted', ADMIT, [JSON.stringify([{ ...request, trigger: 'api', input: {}, labels: [] }])]],
  ['a run begins', CHANGE(BEGIN, 2), [...writer, 'first', ['self_check'], last_event]],
  ['a run finishes', CHANGE(FINISH('completed'), 4), [...writer, '{}', null, null, 'first', last_event]],
  ['starts are claimed', CLAIM_STARTS, [200]],
  ['cancellations are claimed', CLAIM_CANCELLATIONS, [200]],
  ['a page of active runs', ACTIVE_RUNS('organisation_id = $1', 50), [organisation_id]],
  [
    "a page of one's own",
    ACTIVE_RUNS('organisation_id = $1 AND user_id = $2', 50),
    [organisation_id, user_id],
  ],
  ['a page of ended runs', RECENT_RUNS('organisation_id = $1', 50), [organisation_id]],
  ['failures are counted', FAILURES_BY_AGENT, [organisation_id, now, null, null]],
  ['events are streamed', SINCE, ['20900:20900:', '0', 500]],
  [
    'a page of the inbox',
    LIST_PROPOSALS,
    [organisation_id, user_id, true, project_id, ['memory_add'], 'pending', null, null, null, null, 50],
  ],
  ['the reconciler asks what there is to do', TODO, []],
  ['a tick is begun', TICK_TO_FIRE, [cadence_id, now, 600]],
  ['the followers of a tick', FOLLOWERS_OF_TICK.all, tick],
  ['the followers of a tick without an answer', FOLLOWERS_OF_TICK.unanswered, tick],
  ['the members of a tick', MEMBERS_OF_TICK.all, tick],
  ['members get their answer', ANSWER_MEMBERS, ['[]', cadence_id, now, now]],
  ['words are counted', COUNT_WORDS, [project_id, 'word1 common1', null, 65]],
  [
    'chunks are ranked by words',
    RANK(1),
    [project_id, user_id, null, ["'word1'"], [1], '{}', 20, [], [], [0.5], "'word1'", 2000],
  ],
  ['chunks are ranked by meaning', NEAREST_BY_SIGNS, [project_id, 1, user_id, null, signs]],
  ['what was found is read', READ_HITS, [[idOf('chunk', 1), idOf('chunk', 41)], 'word1']],
];

/** These tables have a row for each thing that tenants make, so they grow without end. */
const BIG = new Set([
  'agent_runs',
  'agent_run_events',
  'agent_run_attempts',
  'agent_run_model_calls',
  'proposals',
  'schedules',
  'schedule_periods',
  'tick_spans',
  'tickets',
  'chunks',
  'chunk_vectors',
  'chunk_words',
]);

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: Plan[];
}

function readWhole({ 'Node Type': node, 'Relation Name': table = '', Plans = [] }: Plan): string[] {
  const here = node === 'Seq Scan' && BIG.has(table) ? [table] : [];
  return [...here, ...Plans.flatMap(readWhole)];
}

test.each(statements)('no big table is read whole when %s', async (_, sql, parameters) => {
  const [row]: [{ 'QUERY PLAN': [{ Plan: Plan }] }] = await own.db.query(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    parameters,
  );
  expect(readWhole(row['QUERY PLAN'][0].Plan)).toEqual([]);
});

test('a table that is read whole is found', async () => {
  const [row] = await own.db.query(`EXPLAIN (FORMAT JSON) SELECT FROM agent_runs WHERE trigger = 'api'`);
  expect(readWhole(row['QUERY PLAN'][0].Plan)).toEqual(['agent_runs']);
});
