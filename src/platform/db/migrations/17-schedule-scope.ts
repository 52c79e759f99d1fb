import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A mark in `schedule_changes` names the organisation that a change concerns. A mark without one, as all were before
 * this migration, concerns the whole server.
 */
export class ScheduleScope1765065600000 implements MigrationInterface {
  name = 'ScheduleScope1765065600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of [...DECIDING, 'settings'])
      await runner.query(`DROP TRIGGER ${table}_schedules ON ${table}`);
    await runner.query(`
      ALTER TABLE schedule_changes ADD organisation_id uuid;
      CREATE INDEX schedules_by_project ON schedules (project_id);
      CREATE INDEX bindings_with_schedule ON bindings (organisation_id) WHERE schedule IS NOT NULL;
      ${NOTE('schedules_changed', (rows) => `SELECT organisation_id FROM ${rows}`)}
      ${NOTE(
        'version_schedules_changed',
        (rows) => `SELECT organisation_id FROM agents WHERE id IN (SELECT agent_id FROM ${rows})`,
      )}
      CREATE FUNCTION server_schedules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO schedule_changes DEFAULT VALUES;
        RETURN NULL;
      END $$;
      CREATE TRIGGER settings_schedules AFTER INSERT OR UPDATE OR DELETE ON settings
        FOR EACH STATEMENT EXECUTE FUNCTION server_schedules_changed();
    `);
    for (const table of DECIDING)
      for (const [event, { name, rows }] of Object.entries(EVENTS))
        await runner.query(
          `CREATE TRIGGER ${table}_schedules_${name} AFTER ${event} ON ${table} REFERENCING ${rows}
             FOR EACH STATEMENT EXECUTE FUNCTION ${noteOf(table, event)}()`,
        );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of DECIDING)
      for (const { name } of Object.values(EVENTS))
        await runner.query(`DROP TRIGGER ${table}_schedules_${name} ON ${table}`);
    await runner.query(`
      DROP TRIGGER settings_schedules ON settings;
      DROP FUNCTION server_schedules_changed, version_schedules_changed;
      DROP INDEX bindings_with_schedule, schedules_by_project;
      ALTER TABLE schedule_changes DROP organisation_id;
      CREATE OR REPLACE FUNCTION schedules_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO schedule_changes DEFAULT VALUES;
        RETURN NULL;
      END $$;
    `);
    for (const table of [...DECIDING, 'settings'])
      await runner.query(
        `CREATE TRIGGER ${table}_schedules AFTER INSERT OR UPDATE OR DELETE ON ${table}
           FOR EACH STATEMENT EXECUTE FUNCTION schedules_changed()`,
      );
  }
}

/** A row of these tables concerns its organisation, or the whole server where it names none. */
const DECIDING = ['agents', 'agent_versions', 'bindings', 'projects', 'project_members', 'memberships'];

/** PostgreSQL gives the rows of a statement only to a trigger for one kind of statement. */
const EVENTS = {
  INSERT: { name: 'made', rows: 'NEW TABLE AS changed' },
  UPDATE: { name: 'changed', rows: 'OLD TABLE AS before NEW TABLE AS after' },
  DELETE: { name: 'deleted', rows: 'OLD TABLE AS changed' },
};

/** A deleted project takes its schedules along, so nothing says afterwards which cadences have lost a follower. */
function noteOf(table: string, event: string): string {
  if (table === 'projects' && event === 'DELETE') return 'server_schedules_changed';
  return table === 'agent_versions' ? 'version_schedules_changed' : 'schedules_changed';
}

/** Notes one mark for each organisation whose rows the statement has changed. */
const NOTE = (name: string, organisationsOf: (rows: string) => string) => `
  CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO schedule_changes (organisation_id) ${organisationsOf('before')} UNION ${organisationsOf('after')};
    ELSE
      INSERT INTO schedule_changes (organisation_id)
      SELECT DISTINCT organisation_id FROM (${organisationsOf('changed')}) AS o;
    END IF;
    RETURN NULL;
  END $$;`;
