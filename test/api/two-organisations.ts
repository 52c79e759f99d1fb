import { scheduleOf } from '../engine/schedules/followed-schedules.js';
import { newMember } from '../platform/auth/people.js';
import { ok } from '../support/answers.js';
import type { Caller } from '../support/caller.js';
import type { TestStack } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';
import type { Sender, Things } from './generate-request.js';
import { makers, type Tenant } from './one-of-each.js';

/** Stands in every text of the other organisation. */
export const WORD = 'quibblestone';
const OWN_WORD = 'acme';

export interface TwoOrganisations {
  own: Things;
  foreign: Things;
  make: Record<string, () => Promise<string>>;
  keys: Record<Sender, string>;
  /** Every id of the other organisation. */
  secrets: ReadonlySet<string>;
}

/** The tenant of the stack, and another organisation with one of everything. The worker has to run. */
export async function twoOrganisations(stack: TestStack, url: string): Promise<TwoOrganisations> {
  const { tenant } = stack;
  const theirs = await stack.seed('Globex', `owner@${WORD}.test`);
  const foreign = await oneOfEach(stack, stack.caller(url, theirs.api_key), theirs, WORD);
  const api = stack.caller(url);
  const own = await oneOfEach(stack, api, tenant, OWN_WORD);
  const [ticket = ''] = own.tickets ?? [];
  const blocked = (await newTicket(api, tenant.project_id)).id;
  await api.post(`/api/tickets/${ticket}/relations`, { kind: 'blocks', other_id: blocked });
  const invited = { email: 'invited@acme.test', name: 'Invited', role: 'member' };
  const { invitation } = ok(await api.post('/api/members', invited), 201);
  return {
    own: {
      ...own,
      tickets: [ticket, blocked],
      agents: [...(own.agents ?? []), 'self_check'],
      organisations: [tenant.organisation_id],
      claims: [invitation.claim],
    },
    foreign: { ...foreign, files: [] },
    make: makers(stack, api, tenant, OWN_WORD),
    keys: { owner: api.key, viewer: (await newMember(api, 'viewer')).api.key, nobody: '' },
    secrets: await idsOf(stack, theirs),
  };
}

async function oneOfEach(stack: TestStack, api: Caller, tenant: Tenant, word: string): Promise<Things> {
  const things: Record<string, string[]> = {};
  for (const [family, make] of Object.entries(makers(stack, api, tenant, word)))
    things[family] = [await make()];
  const [run = ''] = things['agent-runs'] ?? [];
  await api.ended(run);
  const { files } = ok(await api.get(`/api/agent-runs/${run}/workspace`));
  const binding = ok(
    await api.send('PUT', '/api/agents/self_check/bindings/organisation', {
      enabled: true,
      schedule: { kind: 'interval', every_seconds: 2_678_400 },
    }),
  );
  return {
    ...things,
    projects: [tenant.project_id],
    bindings: [binding.id],
    schedules: [(await scheduleOf(api, 'self_check')).id],
    files: files.map(({ path }: { path: string }) => path),
  };
}

async function idsOf(stack: TestStack, { organisation_id, user_id }: Tenant): Promise<Set<string>> {
  const tables = await stack.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND (column_name, data_type) IN (('id', 'uuid'), ('organisation_id', 'uuid'))
      GROUP BY table_name HAVING count(*) = 2`,
  );
  const ids = [organisation_id, user_id];
  for (const { name } of tables) {
    const rows = await stack.query<{ id: string }>(`SELECT id FROM ${name} WHERE organisation_id = $1`, [
      organisation_id,
    ]);
    ids.push(...rows.map(({ id }) => id));
  }
  return new Set(ids);
}
