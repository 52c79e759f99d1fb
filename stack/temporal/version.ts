import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../root.js';

export const moduleFolder = join(root, 'build', 'temporal');

interface WantedVersions {
  /** The version of the command line tool that contains the server, like 1.8.2. */
  temporal: string;
  /** The version of the Go toolchain that builds it. */
  go: string;
}

/** `build/temporal/go.mod` is the one place that names them. */
export function wantedVersions(): WantedVersions {
  const module = readFileSync(join(moduleFolder, 'go.mod'), 'utf8');
  const temporal = /^\s*github\.com\/temporalio\/cli v(\S+)/m.exec(module)?.[1];
  const go = /^go (\S+)/m.exec(module)?.[1];
  if (temporal === undefined || go === undefined) throw new Error('build/temporal/go.mod names no versions');
  return { temporal, go };
}

/** Compares dotted versions; missing parts count as zero. */
export function atLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((each) =>
    each.split('.').map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let part = 0; part < 3; part += 1) {
    const difference = (have?.[part] ?? 0) - (want?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
