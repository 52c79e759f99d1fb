import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operational settings that were changed while the processes run; a value of null means that it was taken back. */
export class Settings1763942400000 implements MigrationInterface {
  name = 'Settings1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE settings (
        name text PRIMARY KEY,
        value jsonb,
        version integer NOT NULL DEFAULT 1,
        changed_by uuid,
        changed_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE FUNCTION announce_settings() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('nightshift_settings', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER settings_announced AFTER INSERT OR UPDATE OR DELETE ON settings
        FOR EACH STATEMENT EXECUTE FUNCTION announce_settings();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE settings; DROP FUNCTION announce_settings`);
  }
}
