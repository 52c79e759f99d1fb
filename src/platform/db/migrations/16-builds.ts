import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which builds of the product there are, in the order in which they came, and which worker is of which. */
export class Builds1764979260000 implements MigrationInterface {
  name = 'Builds1764979260000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE builds (
        id text PRIMARY KEY,
        number integer NOT NULL GENERATED ALWAYS AS IDENTITY,
        first_seen_at timestamptz(3) NOT NULL DEFAULT now(),
        seen_at timestamptz(3) NOT NULL
      );
      ALTER TABLE workers ADD COLUMN build text;
      ALTER TABLE agent_runs ADD COLUMN restarted_for text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_runs DROP COLUMN restarted_for;
      ALTER TABLE workers DROP COLUMN build;
      DROP TABLE builds;
    `);
  }
}
