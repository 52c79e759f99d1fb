import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChunkOwner } from '../../../src/workspace/retrieval/chunk.store.js';
import { removeChunks } from '../../../src/workspace/retrieval/chunk.store.js';
import { newKey, newMember, type Person } from '../../platform/auth/people.js';
import { override } from '../../platform/settings/settings.js';
import { Caller, type Json } from '../../support/caller.js';
import { expectProblem } from '../../support/problems.js';
import { useStack } from '../../support/stack.js';
import { Library } from './library.js';

const used = useStack();
let library: Library;
let here: ChunkOwner;
let elsewhere: ChunkOwner;
let others: { place: ChunkOwner; api: Caller };
let colleague: Person;
const ids: Record<string, string> = {};

const find = async (q: string, more = '', api = used.api, place = here): Promise<Json> => {
  const path = `/api/projects/${place.project_id}/search?q=${encodeURIComponent(q)}${more}`;
  const answer = await api.get(path);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const found = async (...args: Parameters<typeof find>): Promise<string[]> =>
  (await find(...args)).hits.map((hit: Json) => hit.source.id);

beforeAll(async () => {
  const { organisation_id, project_id } = used.stack.tenant;
  here = { organisation_id, project_id, user_id: null };
  const { body: second } = await used.api.post('/api/projects', { name: 'Second' });
  elsewhere = { organisation_id, project_id: second.id, user_id: null };
  colleague = await newMember(used.api, 'member');
  const tenant = await used.stack.seed('Other', 'owner@other.test');
  others = {
    place: { organisation_id: tenant.organisation_id, project_id: tenant.project_id, user_id: null },
    api: new Caller(used.url, tenant.api_key),
  };
  library = await Library.open(used.stack.database);
  ids.refund = await library.doc(here, 'Refunds', 'Customers get their money back within two weeks.');
  ids.deploy = await library.doc(here, 'Releases', 'We ship to production every Tuesday.\n\n'.repeat(60));
  ids.export = await library.ticket(
    here,
    1042,
    'Export is broken',
    'Saving the report as a <b>CSV</b> does **nothing**.',
  );
  ids.login = await library.ticket(
    here,
    1043,
    'Sign-in loops',
    'See TCK-1042/TCK-1044: the page reloads forever.',
  );
  ids.message = await library.message(here, 'Lunch', 'The cafeteria serves soup on Fridays.');
  ids.memory = await library.memory(here, 'The team prefers short meetings in the morning.');
  ids.mine = await library.memory(
    { ...here, user_id: used.stack.tenant.user_id },
    'My holiday begins on the ninth of May.',
  );
  ids.theirs = await library.memory(
    { ...here, user_id: colleague.user_id },
    'My holiday begins on the third of June.',
  );
  ids.elsewhere = await library.doc(elsewhere, 'Refunds', 'Customers get their money back at once.');
  ids.others = await library.doc(others.place, 'Refunds', 'Customers get their money back never.');
  for (const api of [used.api, others.api]) {
    const run = await api.ended((await api.start({ agent: 'reindex' })).id);
    expect(run, JSON.stringify(run)).toMatchObject({ status: 'completed' });
  }
});
afterAll(() => library.close());

describe('what is found', () => {
  test('a paraphrase, by meaning alone', async () => {
    const { hits, degraded, stale } = await find('reimbursement of a purchase for clients');
    expect(hits[0]).toMatchObject({
      source: { type: 'doc', id: ids.refund, title: 'Refunds' },
      why: 'meaning',
    });
    expect(hits[0].similarity).toBeGreaterThan(0.3);
    expect({ degraded, stale }).toEqual({ degraded: false, stale: 0 });
  });

  test.each(['TCK-1042', 'tck-1042', '"TCK-1042"', '(TCK-1042)'])('the key %s, by its text', async (q) => {
    const { hits } = await find(q);
    expect(['text', 'both']).toContain(hits[0].why);
    expect(hits[0].source).toMatchObject({
      type: 'ticket',
      id: ids.export,
      title: 'TCK-1042 Export is broken',
    });
    expect(hits.filter(({ why }: Json) => why !== 'meaning').map(({ source }: Json) => source.id)).toEqual(
      expect.arrayContaining([ids.export, ids.login]),
    );
  });

  test('words in other forms, and what both ways find comes first', async () => {
    const { hits } = await find('customer refunds');
    expect(hits[0]).toMatchObject({ source: { id: ids.refund }, why: 'both' });
    expect(hits[0].score).toBeGreaterThan(hits[1].score);
  });

  test('each source once, however many of its chunks fit', async () => {
    const all = await found('ship to production on Tuesday', '&limit=50');
    expect(all[0]).toBe(ids.deploy);
    expect(new Set(all).size).toBe(all.length);
  });

  test('snippets are plain text; only what was found is marked', async () => {
    const [{ snippet }] = (await find('csv report')).hits;
    expect(snippet).toContain('**CSV**');
    expect(snippet).toContain('does nothing');
    expect(snippet).not.toMatch(/[<>]/);
  });

  test('a type and a limit narrow it', async () => {
    const { hits } = await find('money', '&type=message&limit=1');
    expect(hits.map(({ source }: Json) => source)).toEqual([
      { type: 'message', id: ids.message, title: 'Lunch', thread_id: expect.any(String), models: [] },
    ]);
  });

  test('an excluded word keeps its texts from the hits by text', async () => {
    const { hits } = await find('money -weeks');
    for (const { why } of hits) expect(why).toBe('meaning');
  });
});

describe('who finds it', () => {
  test('nobody of another project or organisation', async () => {
    const all = await found('customers get their money back', '&limit=50');
    expect(all).toContain(ids.refund);
    expect(all).not.toContain(ids.elsewhere);
    expect(all).not.toContain(ids.others);
    expect(await found('customers money', '', used.api, elsewhere)).toEqual([ids.elsewhere]);
    expect(await found('customers money', '', others.api, others.place)).toEqual([ids.others]);
    const path = `/api/projects/${here.project_id}/search?q=money`;
    expectProblem(await others.api.get(path), 'not_found');
  });

  test('a memory of a user only that user', async () => {
    const mine = await found('holiday', '&limit=50');
    expect(mine).toEqual(expect.arrayContaining([ids.mine, ids.memory]));
    expect(mine).not.toContain(ids.theirs);
    const theirs = await found('holiday', '&limit=50', colleague.api);
    expect(theirs).toEqual(expect.arrayContaining([ids.theirs, ids.memory]));
    expect(theirs).not.toContain(ids.mine);
  });

  test('only a key with the right scope', async () => {
    const { api } = await newKey(used.api, { scopes: ['runs:read'] });
    expectProblem(await api.get(`/api/projects/${here.project_id}/search?q=money`), 'forbidden');
  });

  test('a doc that was archived nobody, even before its chunks are gone', async () => {
    const id = await library.doc(here, 'Parking', 'Cars are parked behind the warehouse.');
    expect(await found('warehouse')).toContain(id);
    await used.stack.query('UPDATE docs SET archived_at = now() WHERE id = $1', [id]);
    expect(await found('warehouse')).not.toContain(id);
    await library.db.transaction((tx) => removeChunks(tx, { type: 'doc', id }));
    expect(await used.stack.query('SELECT 1 FROM chunks WHERE source_id = $1', [id])).toEqual([]);
  });
});

describe('hostile queries', () => {
  const path = (q: string) => `/api/projects/${here.project_id}/search?q=${q}`;

  test.each([
    ['empty', ''],
    ['blank', '%20%20'],
    ['NUL', 'a%00b'],
    ['too long', 'x'.repeat(1001)],
  ])('refused: %s', async (_, q) => expectProblem(await used.api.get(path(q)), 'validation_failed', 'q'));

  test.each(['type=run', 'limit=0', 'limit=51', 'page=2', 'q=a&q=b'])('%s is refused', async (more) => {
    expectProblem(await used.api.get(`${path('a')}&${more}`), 'validation_failed');
  });

  test('one megabyte is refused, and the API goes on', async () => {
    const answer = await used.api.get(path('x'.repeat(1_000_000)));
    expect([413, 414, 422, 431]).toContain(answer.status);
    expect((await find('money')).hits).not.toEqual([]);
  });

  test.each([
    `'; DROP TABLE chunks; --`,
    `" ' \\ \\\\' ''`,
    '& | ! <-> :* ( )',
    '-',
    '-money',
    'the of and',
    '%_*?',
    '@00000000-0000-0000-0000-000000000000',
    'or or or "',
    '<script>alert(1)</script>',
    '\u{1F600} \u202E',
  ])('%s is data', async (q) => {
    const { hits } = await find(q);
    expect(hits.map(({ source }: Json) => source.id)).not.toContain(ids.others);
  });
});

describe('without the provider', () => {
  test('the search uses words alone, any of them if needed, and the answer says so', async () => {
    await override(used.api, 'OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    const { hits, degraded, stale } = await find('why do customers ask for money');
    expect({ degraded, stale }).toEqual({ degraded: true, stale: 0 });
    expect(hits[0]).toMatchObject({ source: { id: ids.refund }, why: 'text', similarity: null });
    await override(used.api, 'OPENAI_BASE_URL', null);
    expect(await find('money')).toMatchObject({ degraded: false });
  });
});
