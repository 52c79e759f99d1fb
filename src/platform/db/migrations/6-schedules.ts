import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When agents run by themselves, and what became of every tick. */
export class Schedules1764115200000 implements MigrationInterface {
  name = 'Schedules1764115200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cadences (
        id uuid PRIMARY KEY,
        key text NOT NULL UNIQUE,
        spec jsonb NOT NULL,
        accounted_until timestamptz(3) NOT NULL,
        firing_at timestamptz(3),
        fired_through uuid,
        next_at timestamptz(3),
        off_since timestamptz(3),
        wanted text,
        told text,
        refused text,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE TABLE schedules (
        id uuid PRIMARY KEY,
        agent text NOT NULL,
        organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
        project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
        user_id uuid,
        cadence_id uuid REFERENCES cadences,
        origin uuid,
        paused_at timestamptz(3),
        paused_by uuid,
        failing_since timestamptz(3),
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX schedules_member ON schedules (agent, organisation_id, project_id, user_id) NULLS NOT DISTINCT;
      CREATE INDEX schedules_by_organisation ON schedules (organisation_id, id);
      CREATE TABLE schedule_periods (
        schedule_id uuid NOT NULL REFERENCES schedules ON DELETE CASCADE,
        cadence_id uuid NOT NULL REFERENCES cadences,
        since timestamptz(3) NOT NULL,
        until timestamptz(3),
        PRIMARY KEY (schedule_id, since)
      );
      CREATE UNIQUE INDEX schedule_periods_open ON schedule_periods (schedule_id) WHERE until IS NULL;
      CREATE INDEX schedule_periods_by_cadence ON schedule_periods (cadence_id, schedule_id) WHERE until IS NULL;
      CREATE INDEX schedule_periods_closed ON schedule_periods (cadence_id, until) WHERE until IS NOT NULL;
      CREATE TABLE tick_spans (
        cadence_id uuid NOT NULL REFERENCES cadences ON DELETE CASCADE,
        schedule_id uuid REFERENCES schedules ON DELETE CASCADE,
        first_tick timestamptz(3) NOT NULL,
        last_tick timestamptz(3) NOT NULL,
        ticks integer NOT NULL,
        outcome text NOT NULL,
        reason jsonb NOT NULL
      );
      CREATE UNIQUE INDEX tick_spans_of_member ON tick_spans (schedule_id, cadence_id, last_tick) WHERE schedule_id IS NOT NULL;
      CREATE UNIQUE INDEX tick_spans_of_all ON tick_spans (cadence_id, last_tick) WHERE schedule_id IS NULL;
      CREATE INDEX tick_spans_by_age ON tick_spans USING brin (last_tick);
      CREATE TABLE schedule_events (
        id uuid PRIMARY KEY,
        schedule_id uuid NOT NULL REFERENCES schedules ON DELETE CASCADE,
        organisation_id uuid NOT NULL,
        type text NOT NULL,
        data jsonb NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX schedule_events_of_schedule ON schedule_events (schedule_id, id);
    `);
    await runner.query(`
      CREATE TABLE schedule_changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
      );
      CREATE FUNCTION schedules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO schedule_changes DEFAULT VALUES;
        RETURN NULL;
      END $$;
    `);
    for (const table of DECIDING) {
      await runner.query(
        `CREATE TRIGGER ${table}_schedules AFTER INSERT OR UPDATE OR DELETE ON ${table}
           FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed()`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of DECIDING) await runner.query(`DROP TRIGGER ${table}_schedules ON ${table}`);
    await runner.query(`
      DROP FUNCTION schedules_changed;
      DROP TABLE schedule_changes, schedule_events, tick_spans, schedule_periods, schedules, cadences
    `);
  }
}

/** A change of any of these may change who follows which cadence. */
const DECIDING = [
  'agents',
  'agent_versions',
  'bindings',
  'projects',
  'project_members',
  'memberships',
  'settings',
];
