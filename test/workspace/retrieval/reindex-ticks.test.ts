import { afterAll, beforeAll, expect, test } from 'vitest';
import { scheduleOf, untilTicks } from '../../engine/schedules/followed-schedules.js';
import { override } from '../../platform/settings/settings.js';
import type { Json } from '../../support/caller.js';
import { sharedParts } from '../../support/private-parts.js';
import { ScriptedModel } from '../../support/scripted-model.js';
import { TestStack } from '../../support/stack.js';
import { newTicket } from '../new-items.js';

let model: ScriptedModel;
let stack: TestStack;
let api: ReturnType<TestStack['caller']>;
let schedule: Json;

beforeAll(async () => {
  model = await ScriptedModel.start();
  stack = new TestStack(
    { ...sharedParts(), model: model.url },
    {
      OPERATING_BACKGROUND_ENABLED: 'true',
      OPERATING_BACKGROUND_INTERVAL_SECONDS: '10',
      SCHEDULE_SPREAD_SECONDS: '0',
    },
  );
  await stack.open();
  const [{ url }] = await Promise.all([stack.startApi(), stack.startWorker()]);
  api = stack.caller(url);
  schedule = await scheduleOf(api, 'reindex');
});
afterAll(async () => {
  await stack.close();
  await model.close();
});

/** The first run of a tick after this moment. */
async function nextRun(): Promise<Json> {
  const now = Date.now();
  const ticks = await untilTicks(api, schedule.id, (all) =>
    all.filter(({ run, tick_at }) => run && Date.parse(tick_at) > now),
  );
  const run = await api.ended(ticks.at(-1).run.id);
  expect(run, JSON.stringify(run)).toMatchObject({ status: 'completed', trigger: 'schedule', priority: 1 });
  return run;
}

const search = async (): Promise<Json> =>
  (await api.get(`/api/projects/${stack.tenant.project_id}/search?q=how+much+vacation+do+workers+get`)).body;
const nothing = { result: { chunks: 0, left: 0, model: null, dimensions: null }, usage: { model_calls: 0 } };

test('each project gets its vectors by itself, and no model is called once it has them', async () => {
  expect(schedule).toMatchObject({ user_id: null, schedule: { kind: 'interval', every_seconds: 10 } });
  expect(await nextRun()).toMatchObject(nothing);
  expect((await model.calls()).total).toBe(0);

  const body = 'Employees may take thirty days of paid holiday each year.';
  const ticket = await newTicket(api, stack.tenant.project_id, { title: 'Leave', body });
  expect((await nextRun()).result).toMatchObject({ chunks: 1, left: 0, model: 'offline model' });
  expect((await search()).hits[0]).toMatchObject({ source: { id: ticket.id } });
  expect(await nextRun()).toMatchObject(nothing);

  await override(api, 'OPENAI_EMBEDDING_MODEL', 'another');
  expect((await nextRun()).result).toMatchObject({ chunks: 1 });
  expect(await search()).toMatchObject({ stale: 0, hits: [{ source: { id: ticket.id } }] });
  expect(await nextRun()).toMatchObject(nothing);
}, 150_000);
