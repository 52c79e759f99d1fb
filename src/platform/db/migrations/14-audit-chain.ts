import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Entries about ended runs, signed with a key that the database does not hold; events carry their writer's token. */
export class AuditChain1764806400000 implements MigrationInterface {
  name = 'AuditChain1764806400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_chain (
        number bigint PRIMARY KEY,
        kind text NOT NULL,
        run_id uuid,
        at timestamptz(3) NOT NULL,
        facts jsonb NOT NULL,
        previous text NOT NULL,
        key_id text NOT NULL,
        signature text NOT NULL
      );
      CREATE INDEX audit_chain_run ON audit_chain (run_id) WHERE run_id IS NOT NULL;
      CREATE INDEX audit_chain_adoption ON audit_chain (number) WHERE kind IN ('adoption_ended', 'cut');
      ALTER TABLE agent_run_events ADD COLUMN token text;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_run_events DROP COLUMN token;
      DROP TABLE audit_chain;
    `);
  }
}
