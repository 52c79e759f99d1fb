import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Organisations with a name of their own; invitations instead of keys made for others; service keys. */
export class Invitations1764633600000 implements MigrationInterface {
  name = 'Invitations1764633600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE organisations o SET name = name || ' (' || right(id::text, 8) || ')'
       WHERE EXISTS (SELECT FROM organisations e WHERE lower(e.name) = lower(o.name) AND e.id < o.id);
      CREATE UNIQUE INDEX organisations_name ON organisations (lower(name));

      ALTER TABLE memberships ADD service boolean NOT NULL DEFAULT false;
      ALTER TABLE memberships ADD CHECK (NOT service OR (role IN ('member', 'viewer') AND NOT server_admin));
      UPDATE memberships SET server_admin = false WHERE server_admin AND role <> 'owner'
         AND EXISTS (SELECT FROM memberships o WHERE o.server_admin AND o.role = 'owner');

      CREATE TABLE key_holders (
        organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        PRIMARY KEY (organisation_id, user_id)
      );
      INSERT INTO key_holders (organisation_id, user_id) SELECT DISTINCT organisation_id, user_id FROM api_keys;

      CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        user_id uuid NOT NULL,
        hash bytea NOT NULL UNIQUE,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3) NOT NULL,
        claimed_at timestamptz(3),
        revoked_at timestamptz(3),
        FOREIGN KEY (organisation_id, user_id) REFERENCES memberships ON DELETE CASCADE
      );
      CREATE INDEX invitations_of_member ON invitations (organisation_id, user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE invitations, key_holders;
      ALTER TABLE memberships DROP service;
      DROP INDEX organisations_name
    `);
  }
}
