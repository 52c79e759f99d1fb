import type { MigrationInterface, QueryRunner } from 'typeorm';

/** For whom a project’s agents work; until now for everybody in its organisation. */
export class ProjectMembers1764028800000 implements MigrationInterface {
  name = 'ProjectMembers1764028800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE projects ADD CONSTRAINT projects_of_organisation UNIQUE (organisation_id, id);
      CREATE TABLE project_members (
        project_id uuid NOT NULL,
        organisation_id uuid NOT NULL,
        user_id uuid NOT NULL,
        added_at timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (project_id, user_id),
        FOREIGN KEY (organisation_id, project_id) REFERENCES projects (organisation_id, id) ON DELETE CASCADE,
        FOREIGN KEY (organisation_id, user_id) REFERENCES memberships ON DELETE CASCADE
      );
      CREATE INDEX project_members_by_member ON project_members (organisation_id, user_id);
      INSERT INTO project_members (project_id, organisation_id, user_id)
        SELECT p.id, m.organisation_id, m.user_id FROM projects p JOIN memberships m USING (organisation_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE project_members; ALTER TABLE projects DROP CONSTRAINT projects_of_organisation`,
    );
  }
}
