/** A digest of what people see of an ended run, over the row `run`: the feed shows no more of it. */
export const SHOWN = `encode(sha256(convert_to(jsonb_build_object(
  'agent', run.agent, 'status', run.status, 'attempt', run.attempt, 'error', run.error, 'usage', run.usage,
  'result', run.result, 'progress', run.progress, 'finished_at', extract(epoch FROM run.finished_at))::text, 'UTF8')), 'hex')`;
