import { publishedAgent } from '../../engine/agents/own-agents.js';
import { ok } from '../../support/answers.js';
import type { Caller, Json } from '../../support/caller.js';
import { newDoc, newThread, newTicket } from '../../workspace/new-items.js';

/** One word for each kind of text that people write, found nowhere else. */
export const WORDS = {
  checkin: 'zqcheckin',
  plan: 'zqplan',
  message: 'zqmessage',
  doc: 'zqdocbody',
  memory: 'zqmemory',
  personal: 'zqpersonal',
  ticket: 'zqticket',
  goals: 'zqgoals',
  own: 'zqowninput',
};

const says = (word: string) => `We decided that ${word} ships on every Friday, and the ${word} stays.`;

/** Writes each of the words where people write, and answers what to ask each agent for that reads them. */
export async function plant(api: Caller, project_id: string): Promise<Record<string, object>> {
  const project = `/api/projects/${project_id}`;
  const post = async (path: string, body: object): Promise<Json> => ok(await api.post(path, body), 201);
  await post(`${project}/memories`, { body: says(WORDS.memory), mine: false });
  await post(`${project}/memories`, { body: says(WORDS.personal), mine: true });
  const { key } = await newTicket(api, project_id, { title: says(WORDS.ticket), body: says(WORDS.ticket) });
  await newTicket(api, project_id, { title: `${says(WORDS.ticket)} Twice.` });
  const doc = await newDoc(api, project_id, { body: says(WORDS.doc) });
  const thread = await newThread(api, project_id);
  const messages = [{ role: 'user', body: says(WORDS.message) }];
  const { raw_event_id } = await post(`/api/threads/${thread.id}/turns`, { messages });
  ok(await api.send('PUT', `${project}/today/plan`, { plan: says(WORDS.plan) }));
  const checkin = await post(`${project}/checkins`, { body: `${says(WORDS.checkin)} ${key} is done.` });
  const period = { from_day: '2026-01-01', to_day: new Date().toISOString().slice(0, 10) };
  const snapshot = await post(`${project}/snapshots`, period);
  await publishedAgent(api, 'own', OWN);
  const day = new Date().toISOString().slice(0, 10);
  return {
    chat_memory_reviewer: { raw_event_id },
    docs_memory_reviewer: { doc_id: doc.id },
    today_checkin_processor: { checkin_id: checkin.id },
    operating_pulse: {},
    proactive_daily_review: { day },
    roadmap_proposal_generator: { goals: says(WORDS.goals) },
    snapshot_generator: { snapshot_id: snapshot.id },
    ticket_conflict_scanner: { all: true },
    own: { text: says(WORDS.own) },
  };
}

const OWN = {
  instructions: 'Answer.',
  output_schema: {
    type: 'object',
    properties: { text: { type: 'string' } },
    required: ['text'],
    additionalProperties: false,
  },
};
