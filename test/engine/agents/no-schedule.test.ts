import { expect, test } from 'vitest';
import { newMember } from '../../platform/auth/people.js';
import { ok } from '../../support/answers.js';
import type { Caller, Json } from '../../support/caller.js';
import { useApi } from '../../support/use-api.js';

/** The API alone: no worker makes a schedule meanwhile. */
const used = useApi();
const HOURLY = { schedule: { kind: 'interval', every_seconds: 3600 } };

async function newOrganisation(): Promise<Caller> {
  const owner = { email: 'owner@globex.test', name: 'Owner' };
  const made = ok(await used.api.post('/api/organisations', { name: 'Globex', owner }), 201);
  const { api_key } = ok(await used.api.post('/api/claims', { claim: made.invitation.claim }), 201);
  return used.stack.caller(used.url, api_key);
}

test('a schedule that nothing follows says why, and shows no ticks that will never be', async () => {
  const api = await newOrganisation();
  const effective = async (query = ''): Promise<Json> =>
    ok(await api.get(`/api/agents/self_check/effective${query}`));
  expect(await effective()).toMatchObject({ no_schedule: null, next_ticks: [] });

  ok(await api.send('PUT', '/api/agents/self_check/bindings/organisation', HOURLY));
  const without = await effective();
  expect(without).toMatchObject({ schedule_id: null, no_schedule: { code: 'no_project' }, next_ticks: [] });
  expect(without.no_schedule.message).toContain('POST /api/projects');

  const { id } = ok(await api.post('/api/projects', { name: 'First' }), 201);
  const some = await effective();
  expect(some).toMatchObject({ no_schedule: { code: 'no_project_named' } });
  expect(some.next_ticks).toHaveLength(5);
  const named = await effective(`?project_id=${id}`);
  expect(named).toMatchObject({ schedule_id: null, no_schedule: { code: 'being_made' } });
  expect(named.next_ticks).toHaveLength(5);

  ok(await api.send('PATCH', `/api/projects/${id}`, { archived: true }));
  expect(await effective(`?project_id=${id}`)).toMatchObject({
    no_schedule: { code: 'project_archived' },
    next_ticks: [],
  });
});

test('so does one that runs for each project member, asked for somebody who is none', async () => {
  const { project_id } = used.stack.tenant;
  const { user_id } = await newMember(used.api, 'viewer');
  const of = async (user: string): Promise<Json> =>
    ok(await used.api.get(`/api/agents/operating_pulse/effective?project_id=${project_id}&user_id=${user}`));
  expect(await of(user_id)).toMatchObject({ no_schedule: { code: 'not_a_project_member' }, next_ticks: [] });
  ok(await used.api.send('PUT', `/api/projects/${project_id}/members/${user_id}`), 200);
  expect(await of(user_id)).toMatchObject({ no_schedule: { code: 'being_made' } });
});
