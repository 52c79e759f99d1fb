import { beforeAll, expect, test } from 'vitest';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import { newMember } from '../../platform/auth/people.js';
import type { Caller } from '../../support/caller.js';
import { EventSource } from '../../support/event-source.js';
import { useScriptedStack } from '../../support/scripted-stack.js';

const scripted = useScriptedStack({ LOG_LEVEL: 'debug' });

/** A text of a person that a model repeats is for that person, not for colleagues or logs. */

const SECRET = 'xylophone-resignation';
let colleague: Caller;

beforeAll(async () => {
  colleague = (await newMember(scripted.api, 'admin')).api;
  const once = { settings: { max_attempts: 1 } };
  const bound = await scripted.api.send(
    'PUT',
    '/api/agents/today_checkin_processor/bindings/organisation',
    once,
  );
  expect(bound.status, JSON.stringify(bound.body)).toBe(200);
});

const lines = () => scripted.stack.programs.flatMap(({ log }) => log.split('\n'));
const telling = () => lines().filter((line) => line.includes(SECRET));

test.each([
  [
    'refuses, and quotes it',
    { mode: 'refusal', text: `I cannot help with your ${SECRET}.` },
    'model_refused',
  ],
  [
    'answers in another shape',
    { mode: 'say', text: JSON.stringify({ [SECRET]: SECRET, note: SECRET }) },
    'model_output_invalid',
  ],
  ['sends it as broken JSON', { mode: 'say', text: `{"${SECRET}` }, 'model_output_invalid'],
])(
  'a model that %s: colleagues and logs are told of the failure, and nothing of the words',
  async (_, step, code) => {
    const stream = await EventSource.open(colleague, '?scope=organisation');
    await scripted.model.misbehave([step], true);
    const saved = await scripted.api.post(`/api/projects/${scripted.stack.tenant.project_id}/checkins`, {
      body: `My ${SECRET} is near.`,
    });
    expect(saved.status, JSON.stringify(saved.body)).toBe(201);
    const [{ id }] = saved.body.agent_runs;
    const run = await scripted.api.ended(id);
    expect(run, JSON.stringify(run.error)).toMatchObject({ status: 'failed', error: { code } });
    await scripted.model.misbehave([]);
    const seen = await Promise.all(
      [
        `/api/agent-runs/${id}`,
        `/api/agent-runs/${id}/events`,
        `/api/agent-runs/${id}/attempts`,
        `/api/agent-runs/${id}/audit`,
        `/api/agent-runs/${id}/workspace/output.md`,
        `/api/agent-runs/${id}/workspace/run.json`,
        `/api/agent-runs/${id}/workspace/events.jsonl`,
        '/api/agent-runs?scope=organisation',
        '/api/audit-log',
      ].map((path) => colleague.get(path)),
    );
    for (const { status, body } of seen) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(SECRET);
    }
    stream.close();
    expect(JSON.stringify(stream.events)).not.toContain(SECRET);
    expect(telling()).toEqual([]);
  },
);

test('a statement that PostgreSQL refuses is logged without what it held', async () => {
  const db = await createDataSource(scripted.stack.database, 1).initialize();
  await db.query(`ALTER TABLE checkins ADD CONSTRAINT nothing_more CHECK (body = '') NOT VALID`);
  const failed = await scripted.api.whileBroken.post(
    `/api/projects/${scripted.stack.tenant.project_id}/checkins`,
    {
      body: `About ${SECRET}`,
    },
  );
  await db.query(`ALTER TABLE checkins DROP CONSTRAINT nothing_more`);
  await db.destroy();
  expect(failed.status).toBe(500);
  expect(lines().some((line) => line.includes('nothing_more'))).toBe(true);
  expect(telling()).toEqual([]);
  expect(JSON.stringify(failed.body)).not.toContain(SECRET);
});
