import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { addToProject } from '../src/platform/auth/project-membership.js';
import { type DemoFilling, fillDemo } from './fill.js';
import { HalfYear } from './half-year.js';
import type { DemoData } from './read-data.js';

export const DEMO_NAME = 'Demo: Nestbox parcel lockers';

/** The person and organisation that own the demo. */
export interface DemoOwner {
  organisation_id: string;
  user_id: string;
}

interface MadeDemo {
  project_id: string;
  /** False if a project of that name existed; it was not changed. */
  made: boolean;
}

/** A project with everything in it, in one transaction: an interruption leaves nothing behind. */
export async function makeDemo(
  db: DataSource,
  owner: DemoOwner,
  name: string,
  data: DemoData,
  told: DemoFilling['told'] = () => undefined,
): Promise<MadeDemo> {
  return db.transaction(async (tx) => {
    const project_id = await newProject(tx, owner, name);
    if (project_id === null) return { project_id: await projectNamed(tx, owner, name), made: false };
    const { organisation_id, user_id } = owner;
    const place = { organisation_id, project_id };
    await addToProject(tx, owner, project_id, user_id);
    await fillDemo({ tx, place, data, half_year: new HalfYear(new Date()), user_id, told });
    return { project_id, made: true };
  });
}

/** Two demos of one name may start at once: the second waits here for the first, and finds its project. */
async function newProject(
  tx: EntityManager,
  { organisation_id }: DemoOwner,
  name: string,
): Promise<string | null> {
  const [project]: { id: string }[] = await tx.query(
    `INSERT INTO projects (id, organisation_id, name, time_zone) VALUES ($1, $2, $3, 'Europe/Berlin')
     ON CONFLICT (organisation_id, name) DO NOTHING RETURNING id`,
    [uuidv7(), organisation_id, name],
  );
  return project?.id ?? null;
}

async function projectNamed(
  tx: EntityManager,
  { organisation_id }: DemoOwner,
  name: string,
): Promise<string> {
  const [project]: { id: string }[] = await tx.query(
    `SELECT id FROM projects WHERE organisation_id = $1 AND name = $2`,
    [organisation_id, name],
  );
  if (!project) throw new Error(`the project ${name} has gone in this moment`);
  return project.id;
}

/** The first of “name”, “name (2)”, “name (3)” … that no project has. */
export async function freeName(
  db: DataSource,
  { organisation_id }: DemoOwner,
  name: string,
): Promise<string> {
  const rows: { name: string }[] = await db.query(
    `SELECT name FROM projects WHERE organisation_id = $1 AND starts_with(name, $2)`,
    [organisation_id, name],
  );
  const taken = new Set(rows.map((row) => row.name));
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name} (${number})`;
  return free;
}
