import { expect, test } from 'vitest';
import { bind, scheduleOf, untilTicks } from '../engine/schedules/followed-schedules.js';
import { newMember } from '../platform/auth/people.js';
import { override } from '../platform/settings/settings.js';
import { ok } from '../support/answers.js';
import type { Caller, Json } from '../support/caller.js';
import { useStack } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';

const AGENT = 'ticket_conflict_scanner';
const used = useStack({
  OPERATING_BACKGROUND_ENABLED: 'true',
  TICKET_CONFLICT_SCAN_HOUR_UTC: '3',
  SCHEDULE_SPREAD_SECONDS: '0',
});
const project = () => used.stack.tenant.project_id;
const nightlyAt = (hour: number) => ({ kind: 'cron', cron: `0 ${hour} * * *`, time_zone: 'UTC' });
const scanOf = async (api: Caller): Promise<Json> =>
  ok(await api.get(`/api/projects/${project()}/today`)).scan;
const of = (hour: number) => (schedule: Json) => schedule.schedule.cron === nightlyAt(hour).cron;

test('every project has a schedule at the hour of the setting, and a change of the hour moves it', async () => {
  const schedule = await scheduleOf(used.api, AGENT);
  expect(schedule).toMatchObject({
    project_id: project(),
    user_id: null,
    schedule: nightlyAt(3),
    origin: { binding_id: null },
  });
  expect(schedule.next.tick_at).toMatch(/T03:00:00/);
  await override(used.api, 'TICKET_CONFLICT_SCAN_HOUR_UTC', 17);
  const moved = await scheduleOf(used.api, AGENT, of(17));
  expect(moved.id).toBe(schedule.id);
  expect(moved.next.tick_at).toMatch(/T17:00:00/);
  const effective = ok(await used.api.get(`/api/agents/${AGENT}/effective?project_id=${project()}`));
  expect(effective.schedule).toEqual({ value: { kind: 'nightly' }, origin: null });
  expect(effective.next_ticks[0].tick_at).toMatch(/T17:00:00/);
  await override(used.api, 'TICKET_CONFLICT_SCAN_HOUR_UTC', null);
  await scheduleOf(used.api, AGENT, of(3));
});

test('a binding may give any agent a nightly schedule', async () => {
  const binding = await bind(used.api, 'organisation', { schedule: { kind: 'nightly' } });
  expect(binding.schedule).toEqual({ kind: 'nightly' });
  expect(await scheduleOf(used.api, 'self_check')).toMatchObject({ schedule: nightlyAt(3) });
  await bind(used.api, 'organisation', { schedule: null });
});

test("a tick scans the project, and each member's session of the day has the summary", async () => {
  await newTicket(used.api, project(), {
    title: 'Login fails on Safari',
    body: 'Signing in with Safari shows a blank page after the password.',
  });
  await newTicket(used.api, project(), {
    title: 'Cannot sign in with Safari',
    body: 'Users of Safari see an empty page after they log in with their password.',
  });
  const [jo, ann] = [await newMember(used.api, 'member'), await newMember(used.api, 'member')];
  await used.api.send('PUT', `/api/projects/${project()}/members/${jo.user_id}`);
  await bind(used.api, 'organisation', { schedule: { kind: 'interval', every_seconds: 10 } }, AGENT);
  const { id } = await scheduleOf(used.api, AGENT, ({ schedule }) => schedule.every_seconds === 10);
  const fired = (ticks: Json[]) => ticks.filter(({ outcome }) => outcome === 'fired');
  const first = (await untilTicks(used.api, id, fired)).at(-1);
  const run = await used.api.ended(first.run.id);
  expect(run).toMatchObject({
    status: 'completed',
    trigger: 'schedule',
    user_id: null,
    target: { type: 'daily_session', id: run.tick_at.slice(0, 10) },
    result: { tickets: 2, pairs: 1, duplicates: 1 },
  });
  const expected = { run_id: run.id, duplicates: 1, found: [{ relation: 'duplicate_of' }] };
  for (const api of [used.api, jo.api]) expect(await scanOf(api)).toMatchObject(expected);
  expect(await scanOf(ann.api)).toBeNull();

  const [second] = await untilTicks(used.api, id, (ticks) => (fired(ticks).length > 1 ? fired(ticks) : []));
  expect((await used.api.ended(second.run.id)).result).toMatchObject({ tickets: 0, pairs: 0 });
  expect(await scanOf(jo.api)).toMatchObject(expected);

  for (const { user_id } of [jo, used.stack.tenant])
    await used.api.send('DELETE', `/api/projects/${project()}/members/${user_id}`);
  const [gated] = await untilTicks(used.api, id, (ticks) =>
    ticks.filter(({ outcome }) => outcome === 'gated'),
  );
  expect(gated).toMatchObject({ run: null, reason: { code: 'no_members' } });
});
