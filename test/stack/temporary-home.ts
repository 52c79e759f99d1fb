import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of its own that any account may pass through, gone after the test. */
export function temporaryHome(mode = 0o711): string {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-embedded-'));
  chmodSync(home, mode);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Keeps the lines that a part says. */
export function listener() {
  const lines: string[] = [];
  return { lines, log: (line: string) => void lines.push(line) };
}
