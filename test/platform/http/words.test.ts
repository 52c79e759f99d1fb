import { expect, test } from 'vitest';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';

const used = useApi();
const PUBLISH = '/api/agents/self_check/versions/1/publish';
const messageOf = (field: string, body: { errors: { field: string; message: string }[] }) =>
  body.errors.find((error) => error.field === field)?.message;

test.each([
  ['a day for a time', '/api/api-keys', 'expires_at', '2026-12-01', '2026-12-01T00:00:00Z'],
  ['no id', '/api/agent-runs', 'project_id', 'nestbox', '01890000-0000-7000-8000-000000000000'],
  ['no email address', '/api/members', 'email', 'jo', 'jo@example.com'],
])('%s is answered with an example of what the field takes', async (_, path, field, value, example) => {
  const answer = await used.api.post(path, { [field]: value });
  expectProblem(answer, 'validation_failed', field);
  expect(messageOf(field, answer.body)).toMatch(/^takes /);
  expect(messageOf(field, answer.body)).toContain(example);
});

test('a time for a day, too, and a time in an address', async () => {
  const { project_id } = used.stack.tenant;
  const day = await used.api.post(`/api/projects/${project_id}/snapshots`, {
    from_day: '2026-12-01T00:00:00Z',
  });
  expect(messageOf('from_day', day.body)).toBe('takes an ISO 8601 day, such as 2026-12-01');
  const since = await used.api.get('/api/agent-runs?since=2026-12-01');
  expect(messageOf('since', since.body)).toContain('such as 2026-12-01T00:00:00Z');
});

test('a field that is left out is named with what it takes and where that comes from', async () => {
  for (const body of [{}, undefined]) {
    const answer = await used.api.send('POST', PUBLISH, body);
    expectProblem(answer, 'validation_failed', 'version');
    expect(answer.body.detail).toMatch(/^version: is needed: expected number\. .*\/versions\/:number/);
  }
});

test('no body at all is refused where none of its fields is needed', async () => {
  const answer = await used.api.send('PATCH', `/api/projects/${used.stack.tenant.project_id}`);
  expectProblem(answer, 'validation_failed', 'body');
});

test('what is no object is said of the body, and a bad parameter by its name', async () => {
  expectProblem(await used.api.post('/api/agent-runs', []), 'validation_failed', 'body');
  const binding = await used.api.send('PUT', '/api/agents/self_check/bindings/galaxy', { enabled: false });
  expectProblem(binding, 'validation_failed', 'scope');
});

test('the address of the API itself points to the reference and to health', async () => {
  const response = await fetch(`${used.url}/`);
  expect(response.status).toBe(200);
  const pointers = (await response.json()) as Record<string, string>;
  expect(pointers).toMatchObject({ reference: '/api/docs', health: '/api/health/ready' });
  for (const name of ['reference', 'openapi', 'health']) {
    const found = await fetch(`${used.url}${pointers[name]}`);
    expect([200, 503], name).toContain(found.status);
  }
});
