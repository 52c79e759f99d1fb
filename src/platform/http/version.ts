import { z } from 'zod';

/** Versions and revisions are counted in PostgreSQL’s type integer, which compares with no larger number. */
const MOST_VERSION = 2_147_483_647;

export const version = z.int().min(1).max(MOST_VERSION);
/** In an address, where every value is text. */
export const versionText = z.coerce.number().int().min(1).max(MOST_VERSION);
/** 0 says that nothing was there. */
export const versionOrNone = z.int().min(0).max(MOST_VERSION);
