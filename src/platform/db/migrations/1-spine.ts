import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tenancy, and the life of a run. */
export class Spine1763683200000 implements MigrationInterface {
  name = 'Spine1763683200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE organisations (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        slug text NOT NULL UNIQUE,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX users_email ON users (lower(email));
      CREATE TABLE memberships (
        organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (organisation_id, user_id)
      );
      CREATE TABLE projects (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
        name text NOT NULL,
        time_zone text NOT NULL DEFAULT 'UTC',
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        archived_at timestamptz(3),
        UNIQUE (organisation_id, name)
      );
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        user_id uuid NOT NULL,
        name text NOT NULL,
        prefix text NOT NULL,
        hash bytea NOT NULL UNIQUE,
        scopes text[] NOT NULL,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        created_by uuid,
        expires_at timestamptz(3),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        FOREIGN KEY (organisation_id, user_id) REFERENCES memberships ON DELETE CASCADE
      );
      CREATE INDEX api_keys_by_organisation ON api_keys (organisation_id, id);
    `);

    await runner.query(`
      CREATE TABLE agent_runs (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
        project_id uuid REFERENCES projects ON DELETE CASCADE,
        user_id uuid REFERENCES users ON DELETE SET NULL,
        agent text NOT NULL,
        trigger text NOT NULL,
        target_type text,
        target_id text,
        input jsonb NOT NULL,
        priority smallint NOT NULL,
        labels text[] NOT NULL,
        timeout_seconds integer NOT NULL,
        parent_run_id uuid,
        rerun_of uuid,
        idempotency_key text,
        request_hash bytea,
        status text NOT NULL,
        wait_reason jsonb,
        progress jsonb,
        result jsonb,
        error jsonb,
        usage jsonb,
        attempt integer NOT NULL DEFAULT 0,
        event_seq integer NOT NULL DEFAULT 0,
        worker text,
        temporal_run_id text,
        created_at timestamptz(3) NOT NULL,
        dispatched_at timestamptz(3),
        started_at timestamptz(3),
        finished_at timestamptz(3),
        cancel_requested_at timestamptz(3),
        cancel_requested_by uuid,
        cancel_sent_at timestamptz(3),
        checked_at timestamptz(3),
        archived_at timestamptz(3)
      );
      CREATE UNIQUE INDEX agent_runs_idempotency ON agent_runs (organisation_id, user_id, idempotency_key)
        WHERE idempotency_key IS NOT NULL;
      CREATE INDEX agent_runs_active ON agent_runs (organisation_id, user_id, id)
        WHERE status IN ('queued', 'throttled', 'running', 'waiting');
      CREATE INDEX agent_runs_ended ON agent_runs (organisation_id, user_id, finished_at, id)
        WHERE finished_at IS NOT NULL;
      CREATE INDEX agent_runs_failures ON agent_runs (organisation_id, finished_at) INCLUDE (user_id, agent)
        WHERE status IN ('failed', 'timed_out');
      CREATE INDEX agent_runs_undispatched ON agent_runs (id)
        WHERE dispatched_at IS NULL AND status = 'queued';
      CREATE INDEX agent_runs_cancel_unsent ON agent_runs (id)
        WHERE cancel_requested_at IS NOT NULL AND cancel_sent_at IS NULL AND finished_at IS NULL;
      CREATE INDEX agent_runs_dispatched_active ON agent_runs (checked_at NULLS FIRST, dispatched_at)
        WHERE dispatched_at IS NOT NULL AND finished_at IS NULL;
      CREATE INDEX agent_runs_unarchived ON agent_runs (finished_at)
        WHERE finished_at IS NOT NULL AND archived_at IS NULL;
      CREATE INDEX agent_runs_ended_of_all ON agent_runs (organisation_id, finished_at, id)
        WHERE finished_at IS NOT NULL;
      CREATE INDEX agent_runs_by_agent ON agent_runs (organisation_id, agent, id);
      CREATE INDEX agent_runs_by_target ON agent_runs (organisation_id, target_type, target_id, id)
        WHERE target_type IS NOT NULL;
      CREATE INDEX agent_runs_by_label ON agent_runs USING gin (labels) WHERE labels <> '{}';
      CREATE INDEX agent_runs_finished ON agent_runs USING brin (finished_at);

      CREATE TABLE agent_run_events (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        seq integer NOT NULL,
        type text NOT NULL,
        at timestamptz(3) NOT NULL,
        status text NOT NULL,
        attempt integer NOT NULL,
        data jsonb NOT NULL,
        organisation_id uuid NOT NULL,
        user_id uuid,
        written_by text NOT NULL,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        PRIMARY KEY (run_id, seq),
        UNIQUE (run_id, written_by, type)
      );
      CREATE INDEX agent_run_events_feed ON agent_run_events (xid, organisation_id);
      CREATE FUNCTION announce_events() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('nightshift_events', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER agent_run_events_announced AFTER INSERT ON agent_run_events
        FOR EACH STATEMENT EXECUTE FUNCTION announce_events();

      CREATE TABLE agent_run_attempts (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        number integer NOT NULL,
        status text NOT NULL,
        worker text NOT NULL,
        started_at timestamptz(3) NOT NULL,
        finished_at timestamptz(3),
        error jsonb,
        PRIMARY KEY (run_id, number)
      );
      CREATE TABLE agent_run_effects (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        key text NOT NULL,
        data jsonb NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (run_id, key)
      );
      CREATE TABLE agent_run_files (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        path text NOT NULL,
        content bytea NOT NULL,
        content_type text NOT NULL,
        updated_at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (run_id, path)
      );
      CREATE TABLE agent_run_model_calls (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        key text NOT NULL,
        kind text NOT NULL,
        tries integer NOT NULL,
        requested_model text NOT NULL,
        model text,
        status text NOT NULL,
        input_tokens bigint NOT NULL DEFAULT 0,
        output_tokens bigint NOT NULL DEFAULT 0,
        cost_usd numeric(14, 6),
        duration_ms integer NOT NULL,
        request_id text,
        response jsonb,
        error jsonb,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (run_id, key)
      );
      CREATE TABLE agent_run_histories (
        run_id uuid NOT NULL REFERENCES agent_runs ON DELETE CASCADE,
        temporal_run_id text NOT NULL,
        events integer NOT NULL,
        history bytea NOT NULL,
        archived_at timestamptz(3) NOT NULL DEFAULT now(),
        PRIMARY KEY (run_id, temporal_run_id)
      );
      CREATE TABLE workers (
        identity text PRIMARY KEY,
        task_queue text NOT NULL,
        started_at timestamptz(3) NOT NULL,
        seen_at timestamptz(3) NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE workers, agent_run_histories, agent_run_model_calls, agent_run_files, agent_run_effects,
        agent_run_attempts, agent_run_events, agent_runs, api_keys, projects, memberships, users, organisations;
      DROP FUNCTION announce_events
    `);
  }
}
