import type { DataSource, EntityManager } from 'typeorm';
import { ProjectMember } from '../db/entities/tenancy.entity.js';
import type { Role } from './roles.js';

export interface PresentedProjectMember {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  added_at: Date;
}

interface ProjectMemberId {
  organisation_id: string;
  project_id: string;
  user_id: string;
}

const PROJECT_MEMBERS = `
  SELECT p.user_id, u.email, m.name, m.role, p.added_at
    FROM project_members p JOIN memberships m USING (organisation_id, user_id) JOIN users u ON u.id = p.user_id
   WHERE p.organisation_id = $1 AND p.project_id = $2 AND ($3::uuid IS NULL OR p.user_id = $3)
   ORDER BY p.added_at, p.user_id`;

/** Returns all members of the project, or the one person. */
export function projectMembers(
  db: DataSource | EntityManager,
  organisation_id: string,
  project_id: string,
  user_id: string | null = null,
): Promise<PresentedProjectMember[]> {
  return db.query(PROJECT_MEMBERS, [organisation_id, project_id, user_id]);
}

const INSERT_PROJECT_MEMBER = `
  INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING user_id`;

/** Returns whether the person was no member before. */
export async function insertProjectMember(
  tx: EntityManager,
  { organisation_id, project_id, user_id }: ProjectMemberId,
): Promise<boolean> {
  const added: unknown[] = await tx.query(INSERT_PROJECT_MEMBER, [project_id, organisation_id, user_id]);
  return added.length > 0;
}

/** Returns whether the person was a member. */
export async function deleteProjectMember(tx: EntityManager, member: ProjectMemberId): Promise<boolean> {
  const { organisation_id, project_id, user_id } = member;
  const { affected } = await tx.getRepository(ProjectMember).delete({ organisation_id, project_id, user_id });
  return affected === 1;
}

/** Returns the ids of all members of the project. */
export async function memberIds(
  db: DataSource | EntityManager,
  { organisation_id, project_id }: { organisation_id: string; project_id: string },
): Promise<string[]> {
  const where = { organisation_id, project_id };
  const members = await db
    .getRepository(ProjectMember)
    .find({ select: { project_id: true, user_id: true }, where, order: { user_id: 'ASC' } });
  return members.map(({ user_id }) => user_id);
}
