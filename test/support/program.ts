import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '../../dist');

const ENTRIES = {
  api: 'src/api/main.js',
  worker: 'src/worker/main.js',
  migrate: 'src/commands/migrate.js',
  seed: 'src/commands/seed.js',
  import: 'src/commands/import.js',
  'audit-verify': 'src/commands/audit-verify.js',
  demo: 'demo/main.js',
};
export type ProgramName = keyof typeof ENTRIES;

/** One of the product's own processes, as it ships, with its output. */
export class Program {
  private output = '';

  private constructor(
    readonly name: string,
    readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  static start(name: ProgramName, env: Record<string, string>, args: string[] = [], build = dist): Program {
    const child = spawn(process.execPath, ['--enable-source-maps', join(build, ENTRIES[name]), ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    return new Program(name, child);
  }

  get log(): string {
    return this.output;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async ended(): Promise<number | null> {
    if (this.running) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  /** SIGTERM lets it end in order; SIGKILL does not. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.running) this.child.kill(signal);
    await this.ended();
  }
}
