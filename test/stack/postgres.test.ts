import { existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { canEnter } from '../../stack/postgres/place.js';
import { startPostgres } from '../../stack/postgres.js';
import { runToEnd } from '../../stack/run-to-end.js';
import { until } from '../../stack/until.js';
import { freePorts } from '../support/free-ports.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

const isRoot = process.getuid?.() === 0;

async function start(home: string, log = listener().log) {
  const [port] = await freePorts(1);
  const postgres = await startPostgres({ home, port, log, settings: { fsync: 'off' } });
  onTestFinished(() => postgres.stop());
  return postgres;
}

async function ask(url: string, sql: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows[0] as Record<string, string>;
  } finally {
    await client.end();
  }
}

const settings = `
  SELECT current_setting('data_checksums') AS checksums, current_setting('unix_socket_directories') AS sockets,
    current_setting('listen_addresses') AS addresses, current_setting('max_connections') AS connections,
    current_setting('password_encryption') AS passwords,
    datlocprovider AS provider, datlocale AS locale, pg_encoding_to_char(encoding) AS encoding
  FROM pg_database WHERE datname = current_database()`;

test('what was written is there after a crash and a second start', async () => {
  const home = homeOfTest();
  const first = await start(home);
  expect(await ask(first.url, settings)).toEqual({
    checksums: 'on',
    sockets: '',
    addresses: '127.0.0.1',
    connections: '200',
    passwords: 'scram-sha-256',
    provider: 'b',
    locale: 'C.UTF-8',
    encoding: 'UTF8',
  });
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(statSync(join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
  await first.stop();

  writeFileSync(join(home, 'postgres', 'postmaster.pid'), `${process.pid}\n${home}\n`);
  const second = await start(home);
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
  expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
});

test('a wrong password is refused', async () => {
  const { url } = await start(homeOfTest());
  const wrong = new URL(url);
  wrong.password = 'wrong';
  await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('a cluster that was never finished is made anew', async () => {
  const home = homeOfTest();
  mkdirSync(join(home, 'postgres', 'base'), { recursive: true });
  writeFileSync(join(home, 'postgres', 'PG_VERSION'), '18\n');
  writeFileSync(join(home, 'postgres.password'), 'left over');
  const { url } = await start(home);
  expect(await ask(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
  expect(readdirSync(home)).not.toContain('postgres.password');
});

test('a start that is given up leaves no process and can be repeated', async () => {
  const home = homeOfTest();
  const giveUp = new AbortController();
  const [port] = await freePorts(1);
  const started = startPostgres({ home, port, ...listener(), signal: giveUp.signal });
  const givenUp = expect(started).rejects.toThrow('abort');
  expect(
    await until(() => existsSync(join(home, 'run', 'initdb.json')), { withinMs: 20_000, everyMs: 1 }),
  ).toBe(true);
  giveUp.abort();
  await givenUp;
  expect(readdirSync(join(home, 'run'))).toEqual([]);
  expect(await ask((await start(home)).url, 'SELECT 1 AS one')).toEqual({ one: 1 });
});

test.skipIf(!isRoot)('as root, a home that the account cannot enter has its data elsewhere', async () => {
  const home = join(homeOfTest(0o700), 'home');
  const { lines, log } = listener();
  const first = await start(home, log);
  const data = readlinkSync(join(home, 'postgres'));
  onTestFinished(() => rmSync(dirname(data), { recursive: true, force: true }));
  expect(lines[0]).toContain(`who cannot enter ${home}: its data is in ${data}`);
  await ask(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  expect(statSync(data).uid).not.toBe(0);
  await first.stop();
  const second = await start(home, log);
  expect(await ask(second.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
  expect(lines).toHaveLength(1);
});

test('a folder can be entered only when every folder above it can', () => {
  const home = homeOfTest(0o700);
  const inside = join(home, 'inside');
  mkdirSync(inside, { mode: 0o777 });
  const { uid, gid } = statSync(home);
  expect(canEnter(inside, { uid, gid })).toBe(true);
  expect(canEnter(inside, { uid: uid + 1, gid: gid + 1 })).toBe(false);
});

test('an errand that fails says so with its last words', async () => {
  const args = ['-e', `console.error('out of space'); process.exit(2)`];
  const errand = { name: 'errand', command: process.execPath, args, env: {} };
  await expect(runToEnd(errand, homeOfTest())).rejects.toThrow(/errand ended with code 2.*\nout of space/);
});
