import { z } from 'zod';
import { AppError } from './app-error.js';

/** Versions and revisions are counted in PostgreSQL's type integer, which compares with no larger number. */
const MOST_VERSION = 2_147_483_647;

export const version = z.int().min(1).max(MOST_VERSION);
/** A version in an address, where every value is text. */
export const versionText = z.coerce.number().int().min(1).max(MOST_VERSION);
/** 0 says that nothing was there. */
export const versionOrNone = z.int().min(0).max(MOST_VERSION);

export function versionConflict(now: number, field: 'version' | 'revision' = 'version'): AppError {
  return new AppError('version_conflict', `It is at ${field} ${now} now; send that as \`${field}\`.`);
}

/** A change names the version that its maker saw, so that nobody's change is overwritten unseen. */
export function mustBeAt(now: number, seen: number, field: 'version' | 'revision' = 'version'): void {
  if (now !== seen) throw versionConflict(now, field);
}
