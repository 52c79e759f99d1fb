import { searchAttributes } from '../../src/platform/temporal/search-attributes.js';
import { makeHome } from '../home.js';
import { endOrphan } from '../pid-records.js';
import { isFree } from '../ports.js';
import type { ProcessPlan } from '../running-child.js';
import { type SupervisedProcess, superviseProcess } from '../supervisor.js';
import { findTemporal } from './binary.js';
import { makeDatabaseFolder } from './database-folder.js';
import { prepareNamespace, temporalAnswers } from './namespace.js';

interface TemporalOptions {
  home: string;
  port: number;
  uiPort: number;
  namespace: string;
  log: (line: string) => void;
  signal?: AbortSignal;
}

export interface Temporal {
  address: string;
  uiUrl: string;
  /** The version and the source of the binary, as a text. */
  version: string;
  readonly pid: number;
  readonly process: SupervisedProcess['process'];
  stop(): Promise<void>;
}

/** The one history shard of this server is slow with the usual limits. */
const dynamicConfig = {
  'history.transferProcessorMaxPollRPS': '5000',
  'history.timerProcessorMaxPollRPS': '5000',
  'history.visibilityProcessorMaxPollRPS': '5000',
  // A timer is otherwise put off to a whole second from now.
  'history.timerProcessorMaxTimeShift': '"10ms"',
  'matching.useNewMatcher': 'true',
  'matching.enableFairness': 'true',
  'system.enableActivityEagerExecution': 'true',
  // Each task queue has a deployment; test files and restored homes have many of them in one server.
  'matching.maxDeployments': '10000',
};

/** Starts the home's own Temporal server; its histories are in `<home>/temporal/temporal.sqlite`. */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { home, port, uiPort, namespace, log, signal } = options;
  makeHome(home);
  await endOrphan(home, 'go-build', log);
  await endOrphan(home, 'temporal', log);
  const binary = await findTemporal({ home, log, signal });
  const address = `127.0.0.1:${port}`;
  for (const each of [port, uiPort]) {
    if (!(await isFree(each))) throw new Error(`port ${each}, meant for Temporal, is taken`);
  }
  const plan: ProcessPlan = {
    name: 'temporal',
    command: binary.path,
    args: serverArguments(options, makeDatabaseFolder(home)),
    private_files: true,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC', GOGC: '500' },
    ready: () => temporalAnswers(address),
    tries: 2,
  };
  const service = await superviseProcess(plan, { home, log, signal });
  try {
    await prepareNamespace(address, namespace, signal);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    version: `${binary.version}, from ${binary.from}`,
    get pid() {
      return service.pid;
    },
    get process() {
      return service.process;
    },
    stop: () => service.stop(),
  };
}

function serverArguments({ port, uiPort, namespace }: TemporalOptions, database: string): string[] {
  const args = ['server', 'start-dev', '--log-level', 'warn', '--ip', '127.0.0.1'];
  args.push('--port', String(port), '--ui-port', String(uiPort), '--namespace', namespace);
  args.push('--db-filename', database);
  args.push('--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal');
  for (const [key, value] of Object.entries(dynamicConfig))
    args.push('--dynamic-config-value', `${key}=${value}`);
  for (const { name, type } of Object.values(searchAttributes)) {
    args.push('--search-attribute', `${name}=${type === 'KEYWORD' ? 'Keyword' : 'KeywordList'}`);
  }
  return args;
}
