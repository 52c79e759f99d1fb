import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { searchAttributes } from '../../src/platform/temporal/search-attributes.js';
import { findTemporal } from '../../stack/temporal/binary.js';
import { startTemporal } from '../../stack/temporal/server.js';
import { atLeast, wantedVersions } from '../../stack/temporal/version.js';
import { freePorts } from '../support/free-ports.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

async function start(home: string) {
  const [port, uiPort] = await freePorts(2);
  const temporal = await startTemporal({ home, port, uiPort, namespace: 'nightshift-test', ...listener() });
  onTestFinished(() => temporal.stop());
  return temporal;
}

async function describe(address: string) {
  const connection = await Connection.connect({ address });
  try {
    const namespace = 'nightshift-test';
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const { config, namespaceInfo } = await connection.workflowService.describeNamespace({ namespace });
    const retention = Number(config?.workflowExecutionRetentionTtl?.seconds);
    return { names: Object.keys(customAttributes).sort(), retention, id: namespaceInfo?.id };
  } finally {
    await connection.close();
  }
}

test('namespace, search attributes and retention are there at the first start and at the next', async () => {
  const home = homeOfTest();
  const names = Object.values(searchAttributes)
    .map(({ name }) => name)
    .sort();
  const first = await start(home);
  const before = await describe(first.address);
  expect(before).toMatchObject({ names, retention: 72 * 3600 });
  await first.stop();
  const second = await start(home);
  expect(await describe(second.address)).toEqual(before);
});

/** Each file of the database with its mode, and the mode of their folder. */
function modesOf(home: string): Record<string, string> {
  const folder = join(home, 'temporal');
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  return Object.fromEntries([
    ['folder', mode(folder)],
    ...readdirSync(folder).map((name) => [name, mode(join(folder, name))]),
  ]);
}

const PRIVATE = {
  folder: '700',
  'temporal.sqlite': '600',
  'temporal.sqlite-wal': '600',
  'temporal.sqlite-shm': '600',
};

test('only the account that runs the server can read its database', async () => {
  const home = homeOfTest();
  await start(home);
  expect(modesOf(home)).toEqual(PRIVATE);
});

test('the database of an earlier version is taken over, and closed to other accounts', async () => {
  const home = homeOfTest();
  const first = await start(home);
  const before = await describe(first.address);
  await first.stop();
  const [place, earlier] = [join(home, 'temporal'), join(home, 'temporal.sqlite')];
  for (const suffix of ['', '-wal', '-shm']) {
    const path = join(place, `temporal.sqlite${suffix}`);
    if (!existsSync(path)) continue;
    chmodSync(path, 0o644);
    renameSync(path, `${earlier}${suffix}`);
  }
  chmodSync(place, 0o755);
  const second = await start(home);
  expect(await describe(second.address)).toEqual(before);
  expect(existsSync(earlier)).toBe(false);
  expect(modesOf(home)).toEqual(PRIVATE);
});

test('a port that somebody else holds is not taken for the server', async () => {
  const [port, uiPort] = await freePorts(2);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => other.close(() => resolve())));
  const started = startTemporal({ home: homeOfTest(), port, uiPort, namespace: 'default', ...listener() });
  await expect(started).rejects.toThrow(`port ${port}, meant for Temporal, is taken`);
});

/** A command that only tells its version. */
function fakeCommand(folder: string, name: string, words: string): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${words}'\n`);
  chmodSync(path, 0o755);
}

test('a recent enough temporal on PATH is used, an old one passed over for the cached one', async () => {
  const home = homeOfTest();
  const { temporal } = wantedVersions();
  fakeCommand(
    join(home, 'nightshift', `temporal-${temporal}`),
    'temporal',
    'temporal version 0 (Server 1.31.2, UI 2)',
  );
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('XDG_CACHE_HOME', home);
  vi.stubEnv('PATH', `${home}/path:/bin:/usr/bin`);
  fakeCommand(join(home, 'path'), 'temporal', 'temporal version 1.3.0 (Server 1.27.1, UI 2)');
  expect(await findTemporal({ home, ...listener() })).toMatchObject({
    from: 'cache',
    version: '1.8.2, server 1.31.2',
  });
  fakeCommand(join(home, 'path'), 'temporal', 'temporal version 1.9.0 (Server 1.32.0, UI 2)');
  expect(await findTemporal({ home, ...listener() })).toMatchObject({
    from: 'PATH',
    version: '1.9.0, server 1.32.0',
  });
});

test('versions are compared by number', () => {
  expect([
    atLeast('1.31.2', '1.31'),
    atLeast('1.9', '1.31'),
    atLeast('2', '1.31'),
    atLeast('1.26.4', '1.26.5'),
  ]).toEqual([true, false, true, false]);
});
