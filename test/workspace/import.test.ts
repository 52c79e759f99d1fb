import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { Program } from '../support/program.js';
import { useApi } from '../support/use-api.js';
import { everyPage, newDoc, newProject, newTicket } from './new-items.js';

const used = useApi();
let project: string;
let folder: string;

beforeEach(async () => {
  project = await newProject(used.api);
  folder = mkdtempSync(join(home, 'import-'));
});
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Writes a file, and gives its path. */
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The command as it ships: its exit code and all that it printed. */
async function run(
  args: string[],
  key = used.api.key,
  url = used.url,
): Promise<{ code: number | null; log: string }> {
  const program = Program.start('import', {}, ['--url', url, '--key', key, '--project', project, ...args]);
  const code = await program.ended();
  return { code, log: program.log };
}

const docs = async (archived = false): Promise<Json[]> => {
  const listed = ok(await used.api.get(`/api/projects/${project}/docs?archived=${archived}&limit=200`)).docs;
  return Promise.all(listed.map(async ({ id }: Json) => ok(await used.api.get(`/api/docs/${id}`))));
};
const tickets = async (): Promise<Json[]> => {
  const listed = await everyPage(used.api, `/api/projects/${project}/tickets`, 'tickets', 200);
  return Promise.all(
    listed.reverse().map(async ({ id }: Json) => ok(await used.api.get(`/api/tickets/${id}`))),
  );
};

describe('a folder of markdown', () => {
  test('becomes docs, named by their first heading or their file', async () => {
    file('a.md', '```\n# not this\n```\nintro\n\n## The plan ##\n\n# Later\n');
    file('deep/er/b.markdown', 'no heading\n#nor this');
    file('c.md', '\uFEFF# Ünïcode 🦉\r\n\r\n<script>alert(1)</script>');
    file('.hidden/d.md', '# hidden');
    file('e.txt', '# no markdown');
    const { code, log } = await run(['docs', folder]);
    expect(log).toContain('docs: 3 created, 0 not usable');
    expect(code).toBe(0);
    expect((await docs()).map(({ title, body }) => [title, body]).sort()).toEqual([
      ['The plan', '```\n# not this\n```\nintro\n\n## The plan ##\n\n# Later\n'],
      ['b', 'no heading\n#nor this'],
      ['Ünïcode 🦉', '# Ünïcode 🦉\r\n\r\n<script>alert(1)</script>'],
    ]);
  });

  test('brought again changes what differs, and doubles nothing', async () => {
    for (let index = 0; index < 5; index += 1) file(`${index}.md`, `# Doc ${index}\n`);
    file('same/1.md', '# Doc 1\nof the same title');
    const put_away = await newDoc(used.api, project, { title: 'Doc 4', body: 'old' });
    ok(await used.api.post(`/api/docs/${put_away.id}/archive`));
    expect((await run(['docs', folder])).log).toContain('docs: 5 created, 1 updated, 0 not usable');
    const first = await docs();
    expect((await run(['docs', folder])).log).toContain('docs: 6 unchanged, 0 not usable');
    expect(await docs()).toEqual(first);
    file('3.md', '# Doc 3\nnow more');
    expect((await run(['docs', folder])).log).toContain('docs: 5 unchanged, 1 updated');
    const after = await docs();
    expect(after.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
    expect(after.filter(({ revision }) => revision === 2)).toMatchObject([{ body: '# Doc 3\nnow more' }]);
    expect(after.map(({ title }) => title)).toContain('Doc 1 (same/1.md)');
    expect(await docs(true)).toMatchObject([{ id: put_away.id, body: '# Doc 4\n', revision: 2 }]);
  });

  test('keeps the links between its files, whichever came first', async () => {
    file('a.md', '# First\n[[Second]]');
    file('b.md', '# Second\n[[First]]');
    await run(['docs', folder]);
    for (const doc of await docs()) {
      const links = ok(await used.api.get(`/api/docs/${doc.id}/links`));
      expect([links.to, links.from]).toMatchObject([[{ type: 'doc' }], [{ type: 'doc' }]]);
      expect(doc.revision).toBe(1);
    }
  });

  test('names the files that cannot be used, and brings the others', async () => {
    file('bytes.md', Buffer.from([0x23, 0x20, 0xff, 0xfe]));
    file('good.md', '# Good');
    file('large.md', 'a'.repeat(1_048_577));
    file('nul.md', 'a\u0000b');
    const { code, log } = await run(['docs', folder]);
    expect(code).toBe(1);
    expect(log).toContain('docs: 1 created, 3 not usable');
    expect(log).toContain('bytes.md: is not text in UTF-8');
    expect(log).toMatch(/large\.md: .*body.*1048576/);
    expect(log).toMatch(/nul\.md: .*body.*NUL/);
    expect((await docs()).map(({ title }) => title)).toEqual(['Good']);
  });
});

describe('a CSV of tickets', () => {
  test('becomes tickets in their order, with people by their email', async () => {
    const { email, user_id } = await newMember(used.api, 'member');
    const path = file(
      'tickets.csv',
      [
        'Title,Body,Status,Labels,Assignee email,Points',
        '"Printer, on fire","He said ""run"".\r\nSo we ran.",In Progress, hot ;office;;hot,,5',
        `Plain,,,,${email.toUpperCase()},`,
        "'; DROP TABLE tickets; --,<script>,done,,,",
      ].join('\r\n'),
    );
    const { code, log } = await run(['tickets', path]);
    expect(log).toContain('not used: points');
    expect(log).toContain('tickets: 3 created, 0 not usable');
    expect(code).toBe(0);
    expect(await tickets()).toMatchObject([
      {
        title: 'Printer, on fire',
        body: 'He said "run".\r\nSo we ran.',
        status: 'in_progress',
        labels: ['hot', 'office'],
        assignee_id: null,
      },
      { title: 'Plain', body: '', status: 'open', labels: [], assignee_id: user_id },
      { title: "'; DROP TABLE tickets; --", body: '<script>', status: 'done', closed_at: expect.any(String) },
    ]);
  });

  test('with rows that cannot be used names each with its line, and brings the others', async () => {
    const path = file(
      'tickets.csv',
      [
        'title,body,status,labels,assignee',
        'Good one,"two',
        'lines",,,',
        'No status,,finished,,',
        ',no title,,,',
        'Too few,',
        'Too,many,,,,fields',
        'A "quote",,,,',
        `Nobody,,,,${randomUUID()}@acme.test`,
        `Long,,,${'a'.repeat(101)},`,
        'Good too,,closed,a;b,',
        '"open,,,,',
      ].join('\n'),
    );
    const { code, log } = await run(['tickets', path]);
    expect(code).toBe(1);
    expect(log).toContain('tickets: 2 created, 8 not usable');
    for (const [line, words] of [
      [4, 'the status "finished" is none of open, '],
      [5, 'title'],
      [6, 'has 2 fields, and the header 5'],
      [7, 'has 6 fields, and the header 5'],
      [8, 'a field with a quote in it must be quoted'],
      [9, 'there is no member '],
      [10, 'labels.0'],
      [12, 'a quoted field is not closed'],
    ])
      expect(log).toMatch(new RegExp(`line ${line}: .*${words}`));
    expect((await tickets()).map(({ title }) => title)).toEqual(['Good one', 'Good too']);
  });

  test('brought again doubles nothing; two rows that are the same are two tickets', async () => {
    const before = await newTicket(used.api, project, { title: 'Same', body: 'another' });
    const path = file('tickets.csv', 'title,body\nSame,a\nSame,b\nSame,a\nOther,\n');
    expect((await run(['tickets', path])).log).toContain('tickets: 4 created');
    const first = await tickets();
    expect((await run(['tickets', path])).log).toContain('tickets: 4 unchanged, 0 not usable');
    expect(await tickets()).toEqual(first);
    expect(first.map(({ id }) => id)).toContain(before.id);
  });

  test.each([
    ['an empty file', '', 'the file is empty'],
    ['no header', 'Printer,broken\n', 'no column `title`'],
    ['a column twice', 'title,Title\n', 'two columns `title`'],
    ['a header that is broken', '"title\n', 'not closed'],
  ])('with %s is refused as a whole', async (_, text, words) => {
    const { code, log } = await run(['tickets', file('tickets.csv', text)]);
    expect(code).toBe(1);
    expect(log).toContain(words);
    expect(await tickets()).toEqual([]);
  });
});

describe('a JSON of tickets', () => {
  test('becomes tickets, too', async () => {
    const entries = [
      { title: 'One', labels: ['a', 'b'], status: 'blocked' },
      { title: 'Two', body: 'text', labels: 'a; b', assignee: null, points: 3 },
      'three',
      { title: 4 },
      { title: 'Five', labels: [5] },
    ];
    const { code, log } = await run(['tickets', file('tickets.json', JSON.stringify(entries))]);
    expect(code).toBe(1);
    expect(log).toContain('not used: points');
    for (const words of [
      'entry 3: is no object',
      'entry 4: `title` must be text',
      'entry 5: `labels` must be',
    ])
      expect(log).toContain(words);
    expect(await tickets()).toMatchObject([
      { title: 'One', labels: ['a', 'b'], status: 'blocked' },
      { title: 'Two', body: 'text', labels: ['a', 'b'] },
    ]);
  });

  test.each(['{', '{}', 'null'])('that is %s is refused', async (text) => {
    expect((await run(['tickets', file('tickets.json', text)])).code).toBe(1);
  });
});

describe('the command', () => {
  test('says how it is used', async () => {
    for (const args of [
      [],
      ['docs'],
      ['people', folder],
      ['docs', folder, 'more'],
      ['--nonsense', 'docs', folder],
    ]) {
      const { code, log } = await run(args);
      expect(code, args.join(' ')).toBe(2);
      expect(log).toContain('usage: npm run import --');
    }
  });

  test('ends at once where it may not write, or nobody answers, and tells no key', async () => {
    for (let index = 0; index < 3; index += 1) file(`${index}.md`, 'x');
    const viewer = (await newMember(used.api, 'viewer')).api.key;
    for (const [key, url, words] of [
      [viewer, used.url, 'workspace:write'],
      ['nsk_wrong', used.url, 'valid API key'],
      [used.api.key, 'http://127.0.0.1:1', 'cannot be reached'],
    ] as const) {
      const { code, log } = await run(['docs', folder], key, url);
      expect(code).toBe(1);
      expect(log.match(new RegExp(words, 'g')), log).toHaveLength(1);
      expect(log).not.toContain(key);
      expect(log).not.toMatch(/\n\s+at /);
    }
    project = randomUUID();
    expect((await run(['docs', folder])).log).toContain(`There is no project ${project}`);
    expect((await run(['docs', join(folder, 'missing')])).code).toBe(1);
  });
});
