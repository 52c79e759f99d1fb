import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A transaction id says something only within the history of the cluster that gave it out. Each event therefore carries
 * the era it was written in: a number made of the cluster's system identifier and its timeline. A dump that is restored
 * elsewhere, a promoted standby and a recovery to a point in time all begin another era. Events from before this
 * migration belong to era 0, since nobody knows which cluster wrote them.
 */
export class StreamsAndLeases1764892800000 implements MigrationInterface {
  name = 'StreamsAndLeases1764892800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION event_era() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT hashint8extended(system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint)
               & 9223372036854775807
          FROM pg_control_system()
      $$;
      ALTER TABLE agent_run_events ADD COLUMN era bigint NOT NULL DEFAULT 0;
      ALTER TABLE agent_run_events ALTER COLUMN era SET DEFAULT event_era();
      DROP INDEX agent_run_events_feed;
      CREATE INDEX agent_run_events_feed ON agent_run_events (era, xid);
      CREATE INDEX agent_run_events_resume ON agent_run_events (organisation_id, era, xid);

      CREATE TABLE leases (
        name text PRIMARY KEY,
        holder uuid NOT NULL,
        fence bigint NOT NULL DEFAULT 1,
        expires_at timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE leases;
      DROP INDEX agent_run_events_resume;
      DROP INDEX agent_run_events_feed;
      CREATE INDEX agent_run_events_feed ON agent_run_events (xid, organisation_id);
      ALTER TABLE agent_run_events DROP COLUMN era;
      DROP FUNCTION event_era();
    `);
  }
}
