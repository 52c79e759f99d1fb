import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Open to other users, so that PostgreSQL’s own user may enter. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  chmodSync(home, 0o755);
  return home;
}

/** For data that is thrown away. */
export const UNSAFE_BUT_QUICK = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
