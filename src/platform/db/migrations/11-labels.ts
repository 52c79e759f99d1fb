import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which models wrote what an agent left, since its run is not kept for ever; and since when a ticket has its status, so
 * that it can be told how long one has been blocked.
 */
export class Labels1764547200000 implements MigrationInterface {
  name = 'Labels1764547200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE proposals ADD COLUMN models text[] NOT NULL DEFAULT '{}';
      ALTER TABLE checkins ADD COLUMN models text[] NOT NULL DEFAULT '{}';
      ALTER TABLE snapshots ADD COLUMN models text[] NOT NULL DEFAULT '{}';
      ${['proposals', 'checkins', 'snapshots'].map(LABELLED).join('')}
      CREATE INDEX proposals_made ON proposals ((decision->'made'->>'id')) WHERE status = 'accepted';

      ALTER TABLE tickets ADD COLUMN status_since timestamptz(3) NOT NULL DEFAULT clock_timestamp();
      UPDATE tickets SET status_since = coalesce(closed_at, updated_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE tickets DROP COLUMN status_since;
      DROP INDEX proposals_made;
      ALTER TABLE snapshots DROP COLUMN models;
      ALTER TABLE checkins DROP COLUMN models;
      ALTER TABLE proposals DROP COLUMN models;
    `);
  }
}

/** What was there before, as far as its run is still kept. */
const LABELLED = (table: string) => `
      UPDATE ${table} t SET models = ${MODELS_OF_RUN('t.run_id')} WHERE run_id IS NOT NULL;`;

const MODELS_OF_RUN = (run_id: string) => `
        ARRAY(SELECT DISTINCT c.model FROM agent_run_model_calls c
               WHERE c.run_id = ${run_id} AND c.kind = 'respond' AND c.status = 'answered' AND c.model IS NOT NULL)`;
