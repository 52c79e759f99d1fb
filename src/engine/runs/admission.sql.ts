import { getMetadataArgsStorage } from 'typeorm';
import { AgentRun } from '../../platform/db/entities/run.entity.js';
import { IS_DISABLED, SETTINGS } from '../agents/effective.sql.js';
import { ADMISSION } from '../attestation/token.js';

const ASKED = {
  agent: 'a.agent',
  organisation_id: 'a.organisation_id',
  project_id: 'a.project_id',
  user_id: 'a.user_id',
};

/** Columns are listed one by one, so that a migration that adds one leaves the prepared statement as it is. */
const COLUMNS = getMetadataArgsStorage()
  .filterColumns(AgentRun)
  .map(({ propertyName }) => `run.${propertyName}`);

/**
 * Takes in what is allowed of `$1`, a list of requests: each run with the version published now, the settings that hold
 * in its place, and its first event. What was taken before is left out.
 */
export const ADMIT = `
  WITH asked AS MATERIALIZED (
    SELECT a.*, v.id AS agent_version_id, v.number AS agent_version, v.definition, ${SETTINGS(ASKED)} AS settings
      FROM jsonb_to_recordset($1::jsonb) AS a(id uuid, organisation_id uuid, project_id uuid, user_id uuid, agent text,
             built_in boolean, version_id uuid, trigger text, target_type text, target_id text, input jsonb,
             priority smallint, labels text[], timeout_seconds integer, parent_run_id uuid, rerun_of uuid,
             idempotency_key text, request_hash text, schedule_id uuid, tick_at timestamptz, due_at timestamptz, token text)
      JOIN agents g ON g.key = a.agent
       AND g.organisation_id IS NOT DISTINCT FROM CASE WHEN a.built_in THEN NULL ELSE a.organisation_id END
      JOIN agent_versions v ON v.agent_id = g.id AND v.status = 'published'
     WHERE (a.version_id IS NULL OR v.id = a.version_id)
       AND (a.project_id IS NULL
            OR EXISTS (SELECT FROM projects p
                        WHERE p.id = a.project_id AND p.organisation_id = a.organisation_id AND p.archived_at IS NULL))
       AND NOT ${IS_DISABLED(ASKED)}
  ), run AS (
    INSERT INTO agent_runs (id, organisation_id, project_id, user_id, agent, trigger, target_type, target_id, input,
      priority, labels, timeout_seconds, parent_run_id, rerun_of, idempotency_key, request_hash, status, event_seq,
      created_at, agent_version_id, agent_version, settings, schedule_id, tick_at, due_at)
    SELECT id, organisation_id, project_id, user_id, agent, trigger, target_type, target_id, input,
           coalesce(priority, (settings->>'priority')::smallint, (definition->>'priority')::smallint), labels,
           coalesce(timeout_seconds, (settings->>'timeout_seconds')::integer, (definition->>'timeout_seconds')::integer),
           parent_run_id, rerun_of, idempotency_key, decode(request_hash, 'hex'), 'queued', 1, clock_timestamp(),
           agent_version_id, agent_version, settings, schedule_id, tick_at, due_at
      FROM asked
    ON CONFLICT DO NOTHING
    RETURNING *
  ), event AS (
    INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, token)
    SELECT run.id, 1, 'background_run_queued', run.created_at, 'queued', 0,
           jsonb_strip_nulls(jsonb_build_object('agent', run.agent, 'trigger', run.trigger, 'agent_version', run.agent_version,
             'tick_at', to_char(run.tick_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
           run.organisation_id, run.user_id, '${ADMISSION}', asked.token FROM run JOIN asked ON asked.id = run.id
    RETURNING run_id, seq, type, at, status, attempt, data
  )
  SELECT ${COLUMNS.join(', ')}, to_jsonb(event) - 'run_id' AS event FROM run JOIN event ON event.run_id = run.id ORDER BY run.id`;
