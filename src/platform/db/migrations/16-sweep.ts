import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which API replica hands a waiting run to Temporal, and when a refused one is tried again. */
export class Sweep1764979200000 implements MigrationInterface {
  name = 'Sweep1764979200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_runs
        ADD COLUMN sweep_after timestamptz(3),
        ADD COLUMN sweep_tries smallint NOT NULL DEFAULT 0;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_runs DROP COLUMN sweep_after, DROP COLUMN sweep_tries`);
  }
}
