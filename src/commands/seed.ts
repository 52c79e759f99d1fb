import { parseArgs } from 'node:util';
import type { DataSource, EntityManager } from 'typeorm';
import { makeOwnKey } from '../platform/auth/first-key.js';
import { type Founded, foundOrganisation } from '../platform/auth/found-organisation.js';
import { insertProjectMember } from '../platform/auth/project-member.store.js';
import { setServerAdmin } from '../platform/auth/server-administration.js';
import { BadSettings, readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import { lock } from '../platform/locks/advisory-lock.store.js';
import {
  type Earlier,
  findEarlier,
  findOwner,
  hasKey,
  hasOrganisations,
  keepProject,
  whoIsThere,
} from './seed/seed.store.js';

interface Seed {
  organisation: string;
  project: string;
  email: string;
  name: string;
  new_key: boolean;
}

export interface Seeded {
  organisation_id: string;
  project_id: string;
  user_id: string;
  /** The key is set only if it was made now: it cannot be read again. */
  api_key?: string;
}

/**
 * Makes an organisation with an owner, the owner's project and key, unless they exist. The owner of a server's first
 * organisation administers the server. A seed adds nobody to an existing organisation: its owners invite people.
 */
export async function seed(db: DataSource, wanted: Seed): Promise<Seeded> {
  return db.transaction(async (tx) => {
    await lock(tx, 'seed');
    const first = !(await hasOrganisations(tx));
    const { organisation_id, user_id } = (await ownerOf(tx, wanted)) ?? (await existing(tx, wanted));
    const { id: project_id, made } = await keepProject(tx, organisation_id, wanted.project);
    if (made) await insertProjectMember(tx, { organisation_id, project_id, user_id });
    if ((await hasKey(tx, { organisation_id, user_id })) && !wanted.new_key)
      return { organisation_id, project_id, user_id };
    const { api_key } = await makeOwnKey(tx, { organisation_id, user_id }, 'first key');
    if (first) await setServerAdmin(tx, { organisation_id, user_id, granted: true, by: null });
    return { organisation_id, project_id, user_id, api_key };
  });
}

/**
 * Serves every start of the same server. It seeds a database without organisations, and otherwise finds the person whom
 * an earlier start seeded. Null means that the person is no member any more, or that nothing names the person: the
 * members have keys of their own.
 */
export async function seedOnce(
  db: DataSource,
  wanted: Seed,
  earlier: Earlier | null,
): Promise<Seeded | null> {
  const known = earlier && (await findEarlier(db, earlier));
  if (known) return wanted.new_key ? { ...known, ...(await newKey(db, known)) } : known;
  const { empty, named } = await whoIsThere(db, wanted.organisation, wanted.email);
  return empty || (named && !earlier) ? seed(db, wanted) : null;
}

async function newKey(db: DataSource, person: Founded): Promise<{ api_key: string }> {
  const { api_key } = await db.transaction((tx) => makeOwnKey(tx, person, 'first key'));
  return { api_key };
}

/** Returns null if no organisation has the name. */
async function ownerOf(tx: EntityManager, { organisation, email }: Seed): Promise<Founded | null> {
  const known = await findOwner(tx, organisation, email);
  if (!known) return null;
  const { organisation_id, user_id } = known;
  if (user_id === null)
    throw new Taken(
      `There is an organisation ${JSON.stringify(organisation)} already, and ${email} is no owner of it: its owners add people.`,
    );
  return { organisation_id, user_id };
}

const existing = (tx: EntityManager, { organisation, email, name }: Seed): Promise<Founded> =>
  foundOrganisation(tx, { name: organisation, owner: { email, name } });

/** The name of the organisation is somebody else's. */
export class Taken extends Error {
  override readonly name = 'Taken';
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: {
      organisation: { type: 'string', default: 'Demo' },
      project: { type: 'string', default: 'Demo project' },
      email: { type: 'string', default: 'owner@demo.invalid' },
      name: { type: 'string', default: 'Demo owner' },
      'new-key': { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      earlier: { type: 'string' },
    },
  });
  const { DATABASE_URL } = readEnvironment();
  if (!DATABASE_URL) throw new BadSettings('DATABASE_URL: is needed');
  const db = await createDataSource(DATABASE_URL, 2, 'nightshift-seed').initialize();
  const { 'new-key': new_key, once, earlier, ...names } = values;
  const wanted = { ...names, new_key };
  try {
    const given = earlier === undefined ? null : (JSON.parse(earlier) as Earlier);
    console.log(JSON.stringify(once ? await seedOnce(db, wanted, given) : await seed(db, wanted)));
  } catch (error) {
    if (!(error instanceof Taken)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    await db.destroy();
  }
}
