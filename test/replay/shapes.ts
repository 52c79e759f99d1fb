import { ok } from '../support/answers.js';
import type { Caller } from '../support/caller.js';
import { newDoc, newThread, newTicket } from '../workspace/new-items.js';

/** Workflows that are no runs. */
export const otherShapes = ['tick'];

/** The request of the run, or a function that prepares it first. */
export type Request = object | ((api: Caller, project_id: string) => Promise<object>);

interface Shape {
  request: Request;
  cancel?: boolean;
  custom?: object;
  ends: string;
}

const made = async (api: Caller, path: string, body: object) => ok(await api.post(path, body), 201);

const HOLIDAYS = 'Employees may take thirty days of paid holiday each year.';

/** One run for each shape a history can take; `RECORD_HISTORIES=name,name` records these anew, `all` every one. */
export const shapes: Record<string, Shape> = {
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
  'conflict-scan': {
    request: async (api, project_id) => {
      for (const title of ['Login fails on Safari', 'Cannot log in with Safari', 'Order new chairs'])
        await newTicket(api, project_id, { title });
      return { agent: 'ticket_conflict_scanner' };
    },
    ends: 'completed',
  },
  'conflict-scan-of-all': {
    request: { agent: 'ticket_conflict_scanner', input: { all: true } },
    ends: 'completed',
  },
  'conflict-scan-without-change': { request: { agent: 'ticket_conflict_scanner' }, ends: 'completed' },
  'daily-review': {
    request: { agent: 'proactive_daily_review', input: { day: new Date().toISOString().slice(0, 10) } },
    ends: 'completed',
  },
  'doc-review': {
    request: async (api, project_id) => {
      const { id } = await newDoc(api, project_id, { body: HOLIDAYS });
      return { agent: 'docs_memory_reviewer', input: { doc_id: id } };
    },
    ends: 'completed',
  },
  'doc-archived': {
    request: async (api, project_id) => {
      const { id } = await newDoc(api, project_id, { body: HOLIDAYS });
      ok(await api.post(`/api/docs/${id}/archive`));
      return { agent: 'docs_memory_reviewer', input: { doc_id: id } };
    },
    ends: 'completed',
  },
  'chat-review': {
    request: async (api, project_id) => {
      const { id } = await newThread(api, project_id);
      const messages = [{ role: 'user', body: 'We ship on Fridays.' }];
      const { raw_event_id } = ok(await api.post(`/api/threads/${id}/turns`, { messages }), 201);
      return { agent: 'chat_memory_reviewer', input: { raw_event_id } };
    },
    ends: 'completed',
  },
  checkin: {
    request: async (api, project_id) => {
      const { key } = await newTicket(api, project_id);
      const { id } = await made(api, `/api/projects/${project_id}/checkins`, { body: `${key} is done.` });
      return { agent: 'today_checkin_processor', input: { checkin_id: id } };
    },
    ends: 'completed',
  },
  snapshot: {
    request: async (api, project_id) => {
      const period = { from_day: '2026-01-01', to_day: '2026-01-07' };
      const { id } = await made(api, `/api/projects/${project_id}/snapshots`, period);
      return { agent: 'snapshot_generator', input: { snapshot_id: id } };
    },
    ends: 'completed',
  },
  roadmap: {
    request: { agent: 'roadmap_proposal_generator', input: { goals: 'Sell abroad.' } },
    ends: 'completed',
  },
  reindex: {
    request: async (api, project_id) => {
      await newTicket(api, project_id);
      return { agent: 'reindex' };
    },
    ends: 'completed',
  },
};
