/** Workflows that are no runs. */
export const otherShapes = ['tick'];

/** One run for each shape a history can take; `RECORD_HISTORIES=1` records them anew. */
export const shapes: Record<string, { request: object; cancel?: boolean; custom?: object; ends: string }> = {
  completed: { request: { input: { steps: 3 } }, ends: 'completed' },
  'completed-with-pauses': { request: { input: { steps: 3, delay_ms: 50 } }, ends: 'completed' },
  'completed-with-progress': { request: { input: { steps: 4, delay_ms: 700 } }, ends: 'completed' },
  'completed-after-retries': {
    request: { input: { steps: 2, fail_step: 2, fail_times: 2 } },
    ends: 'completed',
  },
  'completed-with-model-calls': { request: { input: { model_calls: 2 } }, ends: 'completed' },
  'completed-custom': {
    custom: {
      instructions: 'Answer.',
      output_schema: {
        type: 'object',
        properties: { text: { type: 'string' } },
        required: ['text'],
        additionalProperties: false,
      },
    },
    request: { agent: 'own', input: { ticket: 'A door is stuck.' } },
    ends: 'completed',
  },
  failed: { request: { input: { steps: 2, fail_step: 1 } }, ends: 'failed' },
  cancelled: { request: { input: { steps: 9, delay_ms: 60_000 } }, cancel: true, ends: 'cancelled' },
  'timed-out': { request: { input: { steps: 9, delay_ms: 60_000 }, timeout_seconds: 1 }, ends: 'timed_out' },
  'pulse-without-change': {
    request: { agent: 'operating_pulse', input: { since: '2999-01-01T00:00:00Z' } },
    ends: 'completed',
  },
  'pulse-of-changes': { request: { agent: 'operating_pulse' }, ends: 'completed' },
  'daily-review-of-nothing': {
    request: { agent: 'proactive_daily_review', input: { day: '2000-01-01' } },
    ends: 'completed',
  },
  'daily-review': {
    request: { agent: 'proactive_daily_review', input: { day: new Date().toISOString().slice(0, 10) } },
    ends: 'completed',
  },
};
