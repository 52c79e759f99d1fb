import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A terminal, npm and a person may each pass on the same Ctrl-C; the child gets it once. */
const sameSignalMs = 300;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const children = new Set();
let lastSignalAt = Number.NEGATIVE_INFINITY;

/** A signal goes on to the child; without one it ends this process, with no stack. */
export function endQuietly() {
  for (const signal of signals) {
    process.on(signal, () => {
      const repeated = performance.now() - lastSignalAt < sameSignalMs;
      lastSignalAt = performance.now();
      if (repeated) return;
      if (children.size === 0) process.exit(exitCodeOf(signal));
      for (const child of children) child.kill(signal);
    });
  }
}

/** A child of its own session: the terminal's signals reach it through this process only. */
export function start(command, args, options = {}) {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(command, args, { stdio, detached: true, ...options });
  children.add(child);
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  }).finally(() => children.delete(child));
  return { child, ended };
}

/** The exit code. */
export function run(command, args, options) {
  return start(command, args, options).ended;
}

/** Throws when the process fails; its own words say why. */
export async function mustRun(what, command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Failed(`${what} failed (exit code ${code})`, code);
}

class Failed extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** Says what went wrong, unless a person stopped it, and gives the exit code for it. */
export function exitCodeFor(error) {
  const failed = error instanceof Failed;
  if (!failed || lastSignalAt < 0) console.error(failed || error.plain ? error.message : error);
  return failed ? error.code : 1;
}

function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}
