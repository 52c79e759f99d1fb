import { randomUUID } from 'node:crypto';
import type { Seeded } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { publishedAgent } from '../engine/agents/own-agents.js';
import { newKey, newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Caller } from '../support/caller.js';
import type { TestStack } from '../support/stack.js';
import { newDoc, newThread, newTicket } from '../workspace/new-items.js';
import { aNote } from '../workspace/workspace.js';

export type Tenant = Seeded & { api_key: string };

/** How to make one thing of each family of paths that takes an id; each text of it holds the word. */
export function makers(stack: TestStack, api: Caller, tenant: Tenant, word: string) {
  const project = `/api/projects/${tenant.project_id}`;
  const named = () => `${word} ${randomUUID()}`;
  const made = async (what: string, body: object) => ok(await api.post(`${project}/${what}`, body), 201).id;
  const invited = async () =>
    ok(
      await api.post('/api/members', {
        email: `${randomUUID()}@${word}.test`,
        name: named(),
        role: 'member',
      }),
      201,
    );
  return {
    'agent-runs': async () =>
      (
        await api.start({
          agent: 'self_check',
          input: { steps: 2 },
          labels: [word],
          target: { type: 'secret', id: `${word}-target` },
          project_id: tenant.project_id,
        })
      ).id,
    agents: async () => {
      const key = `${word}_${randomUUID().slice(0, 8)}`;
      await publishedAgent(api, key);
      ok(await api.post(`/api/agents/${key}/versions`, { definition: { instructions: named() } }), 201);
      return key;
    },
    'api-keys': async () => (await newKey(api, { name: named() })).id,
    docs: async () =>
      (await newDoc(api, tenant.project_id, { title: named(), body: `${named()} @owner@${word}.test` })).id,
    epics: () => made('epics', { title: named(), goal: named() }),
    invitations: async () => (await invited()).invitation.id,
    members: async () => (await newMember(api, 'owner')).user_id,
    memories: () => made('memories', { body: named() }),
    projects: async () => ok(await api.post('/api/projects', { name: named() }), 201).id,
    proposals: () => waitingNote(stack, tenant, named()),
    snapshots: () => made('snapshots', { title: named(), from_day: '2026-11-01', to_day: '2026-11-02' }),
    threads: async () => (await newThread(api, tenant.project_id, { title: named() })).id,
    tickets: async () => (await newTicket(api, tenant.project_id, { title: named(), body: named() })).id,
  } satisfies Record<string, () => Promise<string>>;
}

async function waitingNote(stack: TestStack, tenant: Tenant, title: string): Promise<string> {
  const db = await createDataSource(stack.database, 1).initialize();
  try {
    const run = { ...tenant, run_id: randomUUID(), models: [], agent: 'scanner', auto_accept: false };
    const { made } = await db.transaction((tx) => proposeAll(tx, run, [aNote({ title })]));
    return made[0] ?? '';
  } finally {
    await db.destroy();
  }
}
