import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Agents as rows with numbered versions; a run keeps to the version it was admitted with. */
export class Agents1763856000000 implements MigrationInterface {
  name = 'Agents1763856000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE agents (
        id uuid PRIMARY KEY,
        key text NOT NULL,
        organisation_id uuid REFERENCES organisations ON DELETE CASCADE,
        title text NOT NULL,
        purpose text NOT NULL,
        built_in boolean NOT NULL,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        UNIQUE NULLS NOT DISTINCT (key, organisation_id),
        CHECK (built_in = (organisation_id IS NULL))
      );
      CREATE INDEX agents_by_organisation ON agents (organisation_id);
      CREATE TABLE agent_versions (
        id uuid PRIMARY KEY,
        agent_id uuid NOT NULL REFERENCES agents ON DELETE CASCADE,
        number integer NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
        origin text NOT NULL CHECK (origin IN ('code', 'person')),
        definition jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_by uuid,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        published_by uuid,
        published_at timestamptz(3),
        archived_at timestamptz(3),
        UNIQUE (agent_id, number)
      );
      CREATE UNIQUE INDEX agent_versions_published ON agent_versions (agent_id) WHERE status = 'published';

      ALTER TABLE bindings
        ALTER enabled DROP NOT NULL,
        ADD schedule jsonb,
        ADD settings jsonb NOT NULL DEFAULT '{}';

      ALTER TABLE agent_runs
        ADD agent_version_id uuid,
        ADD agent_version integer,
        ADD settings jsonb NOT NULL DEFAULT '{}',
        ADD schedule_id uuid,
        ADD tick_at timestamptz(3),
        ADD due_at timestamptz(3);
      CREATE UNIQUE INDEX agent_runs_tick ON agent_runs (schedule_id, tick_at) WHERE tick_at IS NOT NULL;
      CREATE INDEX agent_runs_by_schedule ON agent_runs (schedule_id, id) WHERE schedule_id IS NOT NULL;
      CREATE INDEX agent_runs_under_way_by_schedule ON agent_runs (schedule_id)
        WHERE schedule_id IS NOT NULL AND finished_at IS NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_runs DROP agent_version_id, DROP agent_version, DROP settings, DROP schedule_id, DROP tick_at,
        DROP due_at;
      DELETE FROM bindings WHERE enabled IS NULL;
      ALTER TABLE bindings ALTER enabled SET NOT NULL, DROP schedule, DROP settings;
      DROP TABLE agent_versions, agents
    `);
  }
}
