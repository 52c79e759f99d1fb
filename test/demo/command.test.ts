import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { newKey } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { freePorts } from '../support/free-ports.js';
import { Program } from '../support/program.js';
import { LONG, useStack } from '../support/stack.js';
import { everyPage, newDoc, newTicket } from '../workspace/new-items.js';

const NAME = 'Demo: Nestbox parcel lockers';
/** Every text is embedded, on a machine that does other things too. */
const MINUTES = 300_000;

const used = useStack();
let home: string;
let other: Awaited<ReturnType<typeof used.stack.seed>>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  writeFileSync(join(home, 'credentials.json'), JSON.stringify({ url: used.url, api_key: used.api.key }));
  other = await used.stack.seed('Other', 'owner@other.test');
  const theirs = used.stack.caller(used.url, other.api_key);
  await newDoc(theirs, other.project_id, { title: 'Glossary' });
  await newTicket(theirs, other.project_id);
  await newTicket(used.api, used.stack.tenant.project_id, { title: 'Ours from before' });
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const start = (args: string[] = [], env: Record<string, string> = {}) =>
  Program.start('demo', { DATABASE_URL: used.stack.database, NIGHTSHIFT_HOME: home, ...env }, args);

/** The command as it ships: its exit code and all that it printed. */
async function run(args: string[] = [], env: Record<string, string> = {}) {
  const program = start(args, env);
  return { code: await program.ended(), log: program.log };
}

const truthAt = (path = join(home, 'demo', 'demo-nestbox-parcel-lockers.json')): Json =>
  JSON.parse(readFileSync(path, 'utf8'));

const projects = async (): Promise<Json[]> => ok(await used.api.get('/api/projects')).projects;
const demo = async (name = NAME): Promise<Json> =>
  (await projects()).find((project) => project.name === name);
const search = async (project: string, q: string): Promise<Json> =>
  ok(await used.api.get(`/api/projects/${project}/search?q=${encodeURIComponent(q)}`));

/** All rows of what is outside of demos, as they are. */
const outside = () =>
  Promise.all(
    ['projects', 'docs', 'tickets', 'chunks', 'project_members', 'memberships', 'ticket_numbers'].map(
      (table) =>
        used.stack.query(
          `SELECT to_jsonb(t) AS row FROM ${table} t
          WHERE ${table === 'ticket_numbers' ? 'organisation_id' : table === 'memberships' ? 'user_id' : table === 'projects' ? 'id' : 'project_id'} = ANY ($1)
          ORDER BY 1`,
          [
            [
              other.project_id,
              used.stack.tenant.project_id,
              other.organisation_id,
              other.user_id,
              used.stack.tenant.user_id,
            ],
          ],
        ),
    ),
  );

describe('what cannot be done is said', () => {
  test.each<[string, string[], number, string]>([
    ['an address that is none', ['--url', 'nowhere'], 2, 'nowhere is no address'],
    ['a flag that is not there', ['--docs', '3'], 2, 'usage: npm run demo'],
    ['a name without letters', ['--name', ' '], 2, '--name'],
    ['a key that is none', ['--key', 'nsk_wrong'], 1, 'key'],
  ])('%s', async (_, args, code, words) => {
    const ended = await run(args);
    expect(ended).toMatchObject({ code, log: expect.stringContaining(words) });
    expect(ended.log).not.toContain('at file:');
  });

  test('nothing runs', async () => {
    const nobody = mkdtempSync(join(home, 'empty-'));
    const ended = await run([], { NIGHTSHIFT_HOME: nobody });
    expect(ended).toEqual({ code: 1, log: expect.stringContaining(`Nightshift does not run on ${nobody}`) });
    const keyless = await run(['--url', used.url], { NIGHTSHIFT_HOME: nobody });
    expect(keyless).toEqual({ code: 1, log: expect.stringContaining(`There is no API key in ${nobody}`) });
    const own = ['--url', used.url, '--key', used.api.key];
    const without = await run(own, { NIGHTSHIFT_HOME: nobody, DATABASE_URL: '' });
    expect(without).toEqual({ code: 1, log: expect.stringContaining('Set DATABASE_URL') });
  });

  test('nobody answers there', async () => {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    expect(await run(['--url', url])).toEqual({ code: 1, log: `${url} cannot be reached\n` });
    const database = new URL(used.stack.database);
    database.port = String(port);
    const ended = await run([], { DATABASE_URL: database.href });
    expect(ended).toEqual({ code: 1, log: expect.stringContaining('The database cannot be reached') });
    expect(ended.log).not.toContain(database.password);
  });

  test('the database is that of another installation', async () => {
    const database = new URL(used.stack.database);
    database.pathname = '/postgres';
    const ended = await run([], { DATABASE_URL: database.href });
    expect(ended).toEqual({ code: 1, log: expect.stringContaining('The database is not the one of') });
  });

  test('the key may not', async () => {
    const { api } = await newKey(used.api, { scopes: ['projects:read', 'organisation:read'] });
    const ended = await run(['--key', api.key]);
    expect(ended).toEqual({ code: 1, log: 'The key does not grant projects:write.\n' });
  });

  test('a project of the name is somebody’s own', async () => {
    const { id } = (await used.api.post('/api/projects', { name: 'Mine' })).body;
    await newTicket(used.api, id);
    const ended = await run(['--name', 'Mine']);
    expect(ended).toEqual({ code: 1, log: expect.stringContaining('not the demo') });
    expect(await everyPage(used.api, `/api/projects/${id}/tickets`, 'tickets', 50)).toHaveLength(1);
  });
});

describe('a demo', { timeout: MINUTES }, () => {
  let before: unknown;
  beforeAll(async () => {
    before = await outside();
  });

  test('that is killed while it is filled leaves nothing', async () => {
    const program = start();
    await vi.waitFor(() => expect(program.log).toContain('tickets 200 of 200'), LONG);
    await program.end('SIGKILL');
    expect(await demo()).toBeUndefined();
  });

  test('that is killed while it is embedded is gone on with', async () => {
    const program = start();
    await vi.waitFor(() => expect(program.log).toContain('texts embedded'), LONG);
    await program.end('SIGKILL');
    const made = await demo();
    rmSync(join(home, 'demo'), { recursive: true });
    const ended = await run();
    expect(ended.log).toContain('is there already');
    expect(ended.code, ended.log).toBe(0);
    expect(truthAt().project).toEqual({ id: made.id, name: NAME });
    expect((await search(made.id, 'locker')).stale).toBe(0);
  });

  test('is what its truth says', async () => {
    const { id } = await demo();
    const truth = truthAt();
    const tickets = await everyPage(used.api, `/api/projects/${id}/tickets`, 'tickets', 200);
    const docs = await everyPage(used.api, `/api/projects/${id}/docs`, 'docs', 200);
    expect([tickets.length, docs.length]).toEqual([200, 60]);
    expect(truth.counts).toMatchObject({ tickets: 200, docs: 60, messages: 400, threads: 60 });
    expect([truth.duplicates.length, truth.conflicts.length, truth.questions.length]).toEqual([25, 12, 50]);
    const planted = [
      ...truth.duplicates.flatMap(({ older, newer }: Json) => [older, newer]),
      ...truth.conflicts.flatMap(({ one, other }: Json) => [one, other]),
    ];
    const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
    for (const { id: ticket, key, title } of planted) expect(byId.get(ticket)).toMatchObject({ key, title });
    for (const { older, newer } of truth.duplicates)
      expect(byId.get(older.id).created_at < byId.get(newer.id).created_at).toBe(true);
    expect(truth.questions.flatMap((question: Json) => question.answers).every((one: Json) => one.id)).toBe(
      true,
    );
  });

  test('lies in the half-year before today', async () => {
    const { id } = await demo();
    const tickets = await everyPage(used.api, `/api/projects/${id}/tickets`, 'tickets', 200);
    const moments = tickets.flatMap(({ created_at, updated_at }) => [created_at, updated_at]).map(Date.parse);
    expect(Math.max(...moments)).toBeLessThan(Date.now());
    expect(Math.max(...moments) - Math.min(...moments)).toBeGreaterThan(150 * 86_400_000);
    const tables = ['docs', 'threads', 'memories', 'epics'].map(
      (table) => `SELECT created_at AS at, project_id FROM ${table}`,
    );
    const dated = [
      ...tables,
      'SELECT at, project_id FROM messages',
      'SELECT at, project_id FROM raw_events',
      'SELECT at, project_id FROM checkins',
    ];
    const [{ late }] = (await used.stack.query(
      `SELECT count(*)::int AS late FROM (${dated.join(' UNION ALL ')}) AS t WHERE project_id = $1 AND at > now() - interval '1 hour'`,
      [id],
    )) as [{ late: number }];
    expect(late).toBe(0);
    const wrong = await used.stack.query(
      `SELECT number FROM tickets WHERE project_id = $1
          AND ((closed_at IS NOT NULL) <> (status IN ('done', 'closed')) OR updated_at < created_at OR closed_at < created_at)`,
      [id],
    );
    expect(wrong).toEqual([]);
  });

  test('holds together: links, relations, epics, check-ins', async () => {
    const { id } = await demo();
    const docs = await everyPage(used.api, `/api/projects/${id}/docs`, 'docs', 200);
    const broker = docs.find(({ title }) => title === 'Runbook: broker restart');
    const links = ok(await used.api.get(`/api/docs/${broker.id}/links`));
    expect(links.to.map(({ type }: Json) => type).sort()).toEqual(['doc', 'ticket']);
    expect(links.from.length).toBeGreaterThan(1);
    const body = ok(await used.api.get(`/api/docs/${broker.id}`)).body;
    expect(body).toMatch(/TCK-\d+/);
    expect(body).not.toContain('{');
    const { epics, summary } = ok(await used.api.get(`/api/projects/${id}/roadmap`));
    expect(summary).toContain('Kraków');
    expect(epics).toHaveLength(7);
    const { checkins } = ok(await used.api.get(`/api/projects/${id}/checkins?limit=200`));
    expect(new Set(checkins.map(({ day }: Json) => day)).size).toBeGreaterThan(50);
  });

  test('is found by meaning, and one run has been started for it', async () => {
    const { id } = await demo();
    const { hits, degraded } = await search(id, 'Residents cannot sleep because of banging');
    expect(degraded).toBe(false);
    const found = hits.find(({ source }: Json) => source.title.includes('Lock motor hums'));
    expect(found.similarity).toBeGreaterThan(0);
    const runs = await used.stack.query('SELECT agent, status FROM agent_runs WHERE project_id = $1', [id]);
    expect(runs).toEqual([{ agent: 'reindex', status: 'completed' }]);
  });

  test('is not made twice', async () => {
    const there = await used.stack.query('SELECT id, updated_at FROM tickets ORDER BY id');
    const truth = truthAt();
    const ended = await run();
    expect(ended.code, ended.log).toBe(0);
    expect(ended.log).toContain('is there already and stays as it is');
    expect(await used.stack.query('SELECT id, updated_at FROM tickets ORDER BY id')).toEqual(there);
    expect(truthAt()).toEqual(truth);
  });

  test('is made again beside the first when that is asked for, with the same in it', async () => {
    const path = join(home, 'again.json');
    const program = start(['--again', '--truth', path]);
    await vi.waitFor(() => expect(program.log).toContain('texts embedded'), LONG);
    await program.end();
    expect((await projects()).map(({ name }) => name)).toContain(`${NAME} (2)`);
    const titles = (truth: Json) =>
      truth.duplicates.map(({ older, newer }: Json) => [older.title, newer.title]);
    expect(titles(truthAt(path))).toEqual(titles(truthAt()));
    expect(truthAt(path).duplicates[0].older.id).not.toBe(truthAt().duplicates[0].older.id);
  });

  test('touches nothing outside of it', async () => {
    expect(await outside()).toEqual(before);
  });
});
