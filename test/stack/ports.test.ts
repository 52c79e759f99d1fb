import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readEnvironment } from '../../src/platform/config/environment.js';
import {
  choosePorts,
  isFree,
  type PortRequest,
  type PortSetting,
  portRequests,
  rememberPorts,
} from '../../stack/ports.js';
import { freePorts } from '../support/free-ports.js';
import { homeOfTest } from '../support/temporary-home.js';
import { listener } from './listener.js';

const request = (setting: PortSetting, port: number, fixed = false): PortRequest => ({
  setting,
  port,
  fixed,
  host: '127.0.0.1',
});

async function occupy(port: number): Promise<void> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
}

test('free ports are given as asked for', async () => {
  const [api, postgres] = await freePorts(2);
  const { lines, log } = listener();
  const ports = await choosePorts(
    [request('NIGHTSHIFT_PORT', api), request('NIGHTSHIFT_POSTGRES_PORT', postgres, true)],
    log,
  );
  expect(ports).toEqual({ NIGHTSHIFT_PORT: api, NIGHTSHIFT_POSTGRES_PORT: postgres });
  expect(lines).toEqual([]);
});

test('a port that a person set and that is taken is an error with its name', async () => {
  const [port] = await freePorts(1);
  await occupy(port);
  const chosen = choosePorts([request('NIGHTSHIFT_PORT', port, true)], listener().log);
  await expect(chosen).rejects.toThrow(`NIGHTSHIFT_PORT: port ${port} is taken`);
});

test('two settings with one port are an error that names both', async () => {
  const [port] = await freePorts(1);
  const requests = [request('NIGHTSHIFT_PORT', port, true), request('NIGHTSHIFT_MODEL_PORT', port, true)];
  await expect(choosePorts(requests, listener().log)).rejects.toThrow(
    `NIGHTSHIFT_MODEL_PORT: port ${port} is taken by NIGHTSHIFT_PORT`,
  );
});

test('a default port that is taken moves, says so, and takes no port that another part asks for', async () => {
  const [first] = await freePorts(1);
  await occupy(first);
  const { lines, log } = listener();
  const ports = await choosePorts(
    [
      request('NIGHTSHIFT_PORT', first),
      request('NIGHTSHIFT_POSTGRES_PORT', first + 1),
      request('NIGHTSHIFT_TEMPORAL_PORT', first + 2, true),
      request('NIGHTSHIFT_MODEL_PORT', first),
    ],
    log,
  );
  const chosen = Object.values(ports);
  expect(new Set(chosen).size).toBe(4);
  expect(ports.NIGHTSHIFT_POSTGRES_PORT).toBe(first + 1);
  expect(ports.NIGHTSHIFT_TEMPORAL_PORT).toBe(first + 2);
  expect(lines).toEqual([
    `port ${first} is taken, NIGHTSHIFT_PORT is ${ports.NIGHTSHIFT_PORT} instead`,
    `port ${first} is taken, NIGHTSHIFT_MODEL_PORT is ${ports.NIGHTSHIFT_MODEL_PORT} instead`,
  ]);
  expect(await Promise.all(chosen.map((port) => isFree(port)))).toEqual([true, true, true, true]);
});

test('ports of the last start are asked for again, unless a person sets another', () => {
  const home = homeOfTest();
  rememberPorts({ NIGHTSHIFT_PORT: 5001, NIGHTSHIFT_MODEL_PORT: 5002 }, home);
  const source = { NIGHTSHIFT_MODEL_PORT: '5003' };
  const settings: PortSetting[] = ['NIGHTSHIFT_PORT', 'NIGHTSHIFT_MODEL_PORT', 'NIGHTSHIFT_POSTGRES_PORT'];
  const asked = portRequests(settings, readEnvironment(source), home, source);
  expect(asked.map(({ port, fixed }) => [port, fixed])).toEqual([
    [5001, false],
    [5003, true],
    [4401, false],
  ]);
});
