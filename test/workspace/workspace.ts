import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { type ProposingRun, proposeAll } from '../../src/workspace/proposals/propose.js';
import type { NewProposal, Proposed } from '../../workflows/contract/proposal.js';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { useApi } from '../support/use-api.js';

/** The API, and the same database for the stores that agents write with. */
export function useWorkspace() {
  const used = useApi();
  const opened = { db: undefined as unknown as ReturnType<typeof createDataSource> };
  beforeAll(async () => {
    opened.db = await createDataSource(used.stack.database, 6).initialize();
  });
  afterAll(() => opened.db.destroy());
  return {
    get api() {
      return used.api;
    },
    get url() {
      return used.url;
    },
    get stack() {
      return used.stack;
    },
    get db() {
      return opened.db;
    },
    get project() {
      return `/api/projects/${used.stack.tenant.project_id}`;
    },
    /** Proposes in the tenant's project, as one step of a run of its own. */
    propose(proposals: NewProposal[], run: Partial<ProposingRun> = {}): Promise<Proposed> {
      const { organisation_id, project_id, user_id } = used.stack.tenant;
      const usual = {
        organisation_id,
        project_id,
        user_id,
        run_id: randomUUID(),
        agent: 'scanner',
        models: [],
      };
      return opened.db.transaction((tx) =>
        proposeAll(tx, { ...usual, auto_accept: false, ...run } as ProposingRun, proposals),
      );
    },
    async proposed(proposal: NewProposal, run: Partial<ProposingRun> = {}): Promise<string> {
      const { made } = await this.propose([proposal], run);
      if (!made[0]) throw new Error('it was known already');
      return made[0];
    },
    async ticket(place: Partial<ProposingRun> = {}): Promise<string> {
      const { organisation_id, project_id } = { ...used.stack.tenant, ...place };
      const id = randomUUID();
      await used.stack.query(
        `INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels)
         SELECT $1, $2, $3, 1000 + count(*), 'A ticket', 'It does not work.', 'open', '{}' FROM tickets WHERE organisation_id = $2`,
        [id, organisation_id, project_id],
      );
      return id;
    },
    async changeTicket(id: string): Promise<void> {
      await used.stack.query(`UPDATE tickets SET title = 'Changed', version = version + 1 WHERE id = $1`, [
        id,
      ]);
    },
    async snapshot(): Promise<Json> {
      const period = { from_day: '2026-11-01', to_day: '2026-11-07' };
      const { agent_runs: _, ...made } = ok(await used.api.post(`${this.project}/snapshots`, period), 201);
      return made;
    },
    async newProject(change: object = {}): Promise<string> {
      return ok(await used.api.post('/api/projects', { name: randomUUID(), ...change }), 201).id;
    },
  };
}

export const aNote = (change: Partial<NewProposal> = {}): NewProposal => ({
  kind: 'note',
  title: 'Somebody waits for an answer',
  reason: 'The thread has been quiet for three days.',
  change: {},
  target: null,
  sources: [],
  dedupe_key: randomUUID(),
  ...change,
});

export const closing = (ticket: string, version = 1, change: Partial<NewProposal> = {}): NewProposal =>
  aNote({
    kind: 'ticket_status',
    title: 'Close it',
    change: { status: 'closed' },
    target: { type: 'ticket', id: ticket, version },
    dedupe_key: `close ${ticket}`,
    ...change,
  });
