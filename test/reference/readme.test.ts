import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../stack/root.js';
import { bind, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { expectProblem } from '../support/problems.js';
import { useStack } from '../support/stack.js';

/**
 * The requests of the README and of the first steps are sent as they are written there, to a product with the offline
 * model.
 */
const used = useStack({ OPERATING_BACKGROUND_ENABLED: 'true' });
const readme = ['README.md', 'docs/guides/first-steps.md']
  .map((page) => readFileSync(join(root, page), 'utf8'))
  .join('\n');
const requests = [
  ...readme.matchAll(/^curl -sN? +(?:-X (\w+) )?"?\$URL(\/[^"\s]+)"?(?:\\\n|'[^']*'|[^'\n])*/gm),
].map(([command, method, path = '']) => {
  const body = /-d '([^']*)'/.exec(command)?.[1];
  return { method: method ?? (body ? 'POST' : 'GET'), path, body };
});

/** The answers to the requests with this method and path, in the order of the pages. */
async function sent(method: string, path: string): Promise<Json[]> {
  const found = requests.filter((one) => one.method === method && one.path === path);
  expect(found.length, `${method} ${path}`).toBeGreaterThan(0);
  const answers: Json[] = [];
  for (const { body } of found) answers.push(await used.api.send(method, path, body));
  return answers;
}

test('an agent of your own answers from its input with the offline model, and says that it was that one', async () => {
  const [made] = await sent('POST', '/api/agents');
  expect(ok(made, 201)).toMatchObject({ key: 'report_reader', published_version: 1 });
  const started = (await sent('POST', '/api/agent-runs')).map((one) => ok(one, 201).agent_runs[0]);
  const { id } = started.find(({ agent }: Json) => agent === 'report_reader');
  const ended = await used.api.ended(id);
  expect(ended).toMatchObject({
    status: 'completed',
    result: {
      severity: 'high',
      since: '2026-11-25',
      summary: expect.stringContaining('The payment page shows an empty cart'),
    },
    usage: { models: ['offline model'] },
  });
  for (const run of started) await used.api.ended(run.id);

  const [draft] = await sent('POST', '/api/agents/report_reader/versions');
  expect(ok(draft, 201)).toMatchObject({ number: 2, version: 1 });
  const [published] = await sent('POST', '/api/agents/report_reader/versions/2/publish');
  expect(ok(published)).toMatchObject({ number: 2, status: 'published' });
});

test("a schedule is set and changed, and runs for the project: in the feed of the organisation, not in one's own", async () => {
  const answers = await sent('PUT', '/api/agents/self_check/bindings/organisation');
  expect(answers.map((one) => ok(one).version)).toEqual([1, 2]);
  await bind(used.api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } });
  const soon = ({ schedule }: Json) => schedule.kind === 'interval';
  const { id } = await scheduleOf(used.api, 'self_check', soon);
  const [tick] = await untilTicks(used.api, id, (ticks) => ticks.filter((one) => one.run));
  const run = await used.api.run(tick.run.id);
  expect(run).toMatchObject({ trigger: 'schedule', user_id: null });
  await used.api.ended(run.id);
  const shown = async (path: string): Promise<string[]> =>
    ok(await used.api.get(path.replace('<id>', run.project_id))).recent.map(({ id }: Json) => id);
  expect(await shown('/api/agent-runs')).not.toContain(run.id);
  const lists = requests.filter(({ path }) => path.startsWith('/api/agent-runs?')).map(({ path }) => path);
  expect(lists).toHaveLength(2);
  for (const path of lists) expect(await shown(path), path).toContain(run.id);
});

test('a key that may only read runs does that and tells what it may do, and no more', async () => {
  const [made] = await sent('POST', '/api/api-keys');
  const api = used.stack.caller(used.url, ok(made, 201).api_key);
  ok(await api.get('/api/agent-runs'));
  expect(ok(await api.get('/api/me')).permissions).toEqual(['runs:read']);
  expectProblem(await api.post('/api/agent-runs', { agent: 'self_check' }), 'forbidden');
});

test('an invitation has the command to send on', async () => {
  const [invited] = await sent('POST', '/api/members');
  expect(ok(invited, 201).invitation.command).toContain(`${used.url}/api/claims`);
});
