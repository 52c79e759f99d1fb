import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Open to other users, so that PostgreSQL's own user may enter; the caller removes it. */
export function temporaryHome(mode = 0o755): string {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  chmodSync(home, mode);
  return home;
}

/** A home that any account may pass through, removed after the test. */
export function homeOfTest(mode = 0o711): string {
  const home = temporaryHome(mode);
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** For data that is thrown away. */
export const UNSAFE_BUT_QUICK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
