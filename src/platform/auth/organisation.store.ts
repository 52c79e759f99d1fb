import type { DataSource, EntityManager } from 'typeorm';
import { Organisation, Project } from '../db/entities/tenancy.entity.js';

export function listOrganisations(db: DataSource): Promise<Organisation[]> {
  return db.getRepository(Organisation).find({ order: { id: 'ASC' } });
}

export function findOrganisation(db: DataSource, id: string): Promise<Organisation | null> {
  return db.getRepository(Organisation).findOneBy({ id });
}

export function lockOrganisation(tx: EntityManager, id: string): Promise<Organisation | null> {
  return tx.getRepository(Organisation).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
}

type OrganisationRow = Pick<Organisation, 'id' | 'name' | 'slug'>;

/** PostgreSQL refuses a name that is taken, with 23505. */
export async function insertOrganisation(tx: EntityManager, organisation: OrganisationRow): Promise<void> {
  await tx.getRepository(Organisation).insert(organisation);
}

export async function setOrganisationName(tx: EntityManager, id: string, name: string): Promise<void> {
  await tx.getRepository(Organisation).update({ id }, { name });
}

export function listProjects(db: DataSource, organisation_id: string): Promise<Project[]> {
  return db.getRepository(Project).find({ where: { organisation_id }, order: { id: 'ASC' } });
}

export function findProject(
  db: DataSource | EntityManager,
  organisation_id: string,
  id: string,
): Promise<Project | null> {
  return db.getRepository(Project).findOneBy({ id, organisation_id });
}

export function lockProject(tx: EntityManager, organisation_id: string, id: string): Promise<Project | null> {
  const where = { id, organisation_id };
  return tx.getRepository(Project).findOne({ where, lock: { mode: 'pessimistic_write' } });
}

type ProjectRow = Pick<Project, 'id' | 'organisation_id' | 'name'> & { time_zone?: string };

/** PostgreSQL refuses a name that is taken, with 23505. */
export async function insertProject(tx: EntityManager, project: ProjectRow): Promise<void> {
  await tx.getRepository(Project).insert(project);
}

export async function updateProject(
  tx: EntityManager,
  { id, organisation_id }: Project,
  change: Pick<Project, 'name' | 'time_zone' | 'archived_at'>,
): Promise<void> {
  await tx.getRepository(Project).update({ id, organisation_id }, change);
}
