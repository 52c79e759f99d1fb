import { ok } from '../../support/answers.js';
import type { Caller, Json } from '../../support/caller.js';

/** Triage of a ticket: small enough to read, strict enough to hold a model to. */
export const TRIAGE = {
  instructions: 'Sort the ticket.',
  input_schema: {
    type: 'object',
    properties: { ticket: { type: 'string', minLength: 1 }, urgent: { type: 'boolean', default: false } },
    required: ['ticket'],
    additionalProperties: false,
  },
  output_schema: {
    type: 'object',
    properties: {
      team: { type: 'string', enum: ['billing', 'support'] },
      summary: { type: 'string' },
    },
    required: ['team', 'summary'],
    additionalProperties: false,
  },
};

export const agentNamed = (key: string, definition: object = TRIAGE) => ({
  key,
  title: 'Triage',
  purpose: 'Sorts tickets.',
  definition,
});

/** An own agent with version 1 published. */
export async function publishedAgent(api: Caller, key: string, definition: object = TRIAGE): Promise<Json> {
  ok(await api.post('/api/agents', agentNamed(key, definition)), 201);
  return publish(api, key, 1);
}

/** Publishes the current draft, whatever was changed before. */
export async function publish(api: Caller, key: string, number: number): Promise<Json> {
  const { version } = ok(await api.get(`/api/agents/${key}/versions/${number}`));
  return ok(await api.post(`/api/agents/${key}/versions/${number}/publish`, { version }));
}

/** A draft that says this otherwise, published. */
export async function publishChange(api: Caller, key: string, definition: object): Promise<number> {
  const { number } = ok(await api.post(`/api/agents/${key}/versions`, { definition }), 201);
  await publish(api, key, number);
  return number;
}
