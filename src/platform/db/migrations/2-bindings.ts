import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which agent may run where, and who decided it. */
export class Bindings1763769600000 implements MigrationInterface {
  name = 'Bindings1763769600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE memberships ADD server_admin boolean NOT NULL DEFAULT false;
      CREATE TABLE bindings (
        id uuid PRIMARY KEY,
        agent text NOT NULL,
        scope text NOT NULL,
        organisation_id uuid REFERENCES organisations ON DELETE CASCADE,
        project_id uuid REFERENCES projects ON DELETE CASCADE,
        user_id uuid,
        enabled boolean NOT NULL,
        version integer NOT NULL DEFAULT 1,
        changed_by uuid,
        changed_at timestamptz(3) NOT NULL DEFAULT now(),
        FOREIGN KEY (organisation_id, user_id) REFERENCES memberships ON DELETE CASCADE,
        CHECK (CASE scope
          WHEN 'server' THEN organisation_id IS NULL AND project_id IS NULL AND user_id IS NULL
          WHEN 'organisation' THEN organisation_id IS NOT NULL AND project_id IS NULL AND user_id IS NULL
          WHEN 'project' THEN organisation_id IS NOT NULL AND project_id IS NOT NULL AND user_id IS NULL
          WHEN 'user' THEN organisation_id IS NOT NULL AND project_id IS NULL AND user_id IS NOT NULL
          ELSE false END)
      );
      CREATE UNIQUE INDEX bindings_place ON bindings (agent, scope, organisation_id, project_id, user_id) NULLS NOT DISTINCT;
      CREATE TABLE change_log (
        id uuid PRIMARY KEY,
        organisation_id uuid REFERENCES organisations ON DELETE CASCADE,
        changed_by uuid,
        subject text NOT NULL,
        subject_id text NOT NULL,
        before jsonb,
        after jsonb,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX change_log_by_organisation ON change_log (organisation_id, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE change_log, bindings; ALTER TABLE memberships DROP server_admin`);
  }
}
