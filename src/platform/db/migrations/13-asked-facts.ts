import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a delivery needs of the facts that a model was told, kept with the call that its answer came from. */
export class AskedFacts1764720000000 implements MigrationInterface {
  name = 'AskedFacts1764720000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_run_model_calls ADD facts jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_run_model_calls DROP facts`);
  }
}
