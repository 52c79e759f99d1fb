import { expect, test } from 'vitest';
import type { Json } from '../../support/caller.js';
import { useStack } from '../../support/stack.js';

const used = useStack();

const project = () => `/api/projects/${used.stack.tenant.project_id}`;
const ok = async (answer: Promise<{ status: number; body: Json }>): Promise<Json> => {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
};
const found = async (q: string, api = used.api): Promise<string[]> =>
  (await ok(api.get(`${project()}/search?q=${encodeURIComponent(q)}`))).hits.map(
    ({ source }: Json) => source.id,
  );

test('what is saved is found by its words at once, and no longer when it is archived', async () => {
  const doc = await ok(
    used.api.post(`${project()}/docs`, { title: 'Harbour', body: 'The lighthouse keeper logs every ship.' }),
  );
  expect(await found('lighthouse')).toEqual([doc.id]);
  await ok(used.api.send('PATCH', `/api/docs/${doc.id}`, { body: 'The windmill grinds.', revision: 1 }));
  expect(await found('lighthouse')).toEqual([]);
  expect(await found('windmill')).toEqual([doc.id]);
  await ok(used.api.post(`/api/docs/${doc.id}/archive`));
  expect(await found('windmill')).toEqual([]);
  await ok(used.api.post(`/api/docs/${doc.id}/restore`));
  expect(await found('windmill')).toEqual([doc.id]);
});

test('tickets, messages and memories, too; internal messages and memories of others are not', async () => {
  const ticket = await ok(
    used.api.post(`${project()}/tickets`, { title: 'Sprocket rattles', body: 'On every start.' }),
  );
  expect(await found('sprocket')).toEqual([ticket.id]);
  expect(await found(ticket.key)).toContain(ticket.id);
  const thread = await ok(used.api.post(`${project()}/threads`, { channel: 'support', title: 'Help' }));
  const turn = await ok(
    used.api.post(`/api/threads/${thread.id}/turns`, {
      messages: [
        { role: 'user', body: 'My gyroscope spins backwards' },
        { role: 'assistant', body: 'The gyroscope customer is difficult', metadata: { internal: true } },
      ],
    }),
  );
  expect(await found('gyroscope')).toEqual([turn.messages[0].id]);
  const memory = await ok(used.api.post(`${project()}/memories`, { body: 'Prefers marzipan', mine: true }));
  expect(await found('marzipan')).toEqual([memory.id]);
  await ok(used.api.send('DELETE', `/api/memories/${memory.id}?version=1`));
  expect(await found('marzipan')).toEqual([]);
});

test('what it means is found once it was re-indexed', async () => {
  const doc = await ok(
    used.api.post(`${project()}/docs`, {
      title: 'Leave',
      body: 'Employees may take thirty days of paid holiday each year.',
    }),
  );
  const run = await used.api.start({ agent: 'reindex', project_id: used.stack.tenant.project_id });
  expect(await used.api.ended(run.id)).toMatchObject({ status: 'completed' });
  expect((await found('how much vacation do workers get'))[0]).toBe(doc.id);
});
