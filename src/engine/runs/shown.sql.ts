const times = [
  'created_at',
  'started_at',
  'finished_at',
  'cancel_requested_at',
  'tick_at',
  'due_at',
] as const;
const columns = [
  'organisation_id',
  'project_id',
  'user_id',
  'agent',
  'agent_version',
  'settings',
  'trigger',
  'target_type',
  'target_id',
  'input',
  'priority',
  'labels',
  'timeout_seconds',
  'parent_run_id',
  'rerun_of',
  'schedule_id',
  'status',
  'attempt',
  'error',
  'usage',
  'result',
  'progress',
] as const;

const digestOf = (object: string) => `encode(sha256(convert_to(${object}::text, 'UTF8')), 'hex')`;

/**
 * A digest over all columns of an ended run, from the row `run`, except `dispatched_at`, which only says when it was
 * sent.
 */
export const SHOWN = `'2:' || ${digestOf(
  `jsonb_build_object(${[
    ...columns.map((name) => `'${name}', run.${name}`),
    ...times.map((name) => `'${name}', extract(epoch FROM run.${name})`),
  ].join(', ')})`,
)}`;

/** Earlier versions recorded this digest: the outcome of a run, and nothing of its request. */
const SHOWN_BEFORE = digestOf(`jsonb_build_object(
  'agent', run.agent, 'status', run.status, 'attempt', run.attempt, 'error', run.error, 'usage', run.usage,
  'result', run.result, 'progress', run.progress, 'finished_at', extract(epoch FROM run.finished_at))`);

/** True if a digest covers everything that a run shows. */
export const isStrong = (recorded: string) => recorded.startsWith('2:');

/** The digest that compares with one that was recorded. */
export const shownLike = (recorded: string) => (isStrong(recorded) ? SHOWN : SHOWN_BEFORE);
