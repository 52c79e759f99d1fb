import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when a ticket has its status, so that it can be told how long one has been blocked. */
export class Labels1764547200000 implements MigrationInterface {
  name = 'Labels1764547200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tickets ADD COLUMN status_since timestamptz(3) NOT NULL DEFAULT clock_timestamp();
      UPDATE tickets SET status_since = coalesce(closed_at, updated_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tickets DROP COLUMN status_since`);
  }
}
