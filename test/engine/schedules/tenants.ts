import { randomUUID } from 'node:crypto';
import type { DataSource, QueryRunner } from 'typeorm';
import { vi } from 'vitest';
import selfCheck from '../../../agents/self-check/agent.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import type { Schedule } from '../../../workflows/contract/schedule.js';

export const SETTINGS = {
  OPERATING_BACKGROUND_ENABLED: true,
  OPERATING_BACKGROUND_INTERVAL_SECONDS: 900,
  TICKET_CONFLICT_SCAN_HOUR_UTC: 2,
  SCHEDULE_SPREAD_SECONDS: 0,
  SCHEDULE_CATCH_UP_SECONDS: 3600,
};

/** An organisation with two projects, two people, and an agent `reviewer` of its own, which runs for each member. */
export interface Tenant {
  organisation_id: string;
  projects: [string, string];
  users: [string, string];
  agent_id: string;
}

export type Scope = 'server' | 'organisation' | 'project' | 'user';

/** Several organisations in one database. Each person is a member of each project of theirs. */
export class Tenants {
  private constructor(
    private readonly db: DataSource,
    readonly all: Tenant[],
  ) {}

  /** Replaces everything in the database. */
  static async make(db: DataSource, count: number): Promise<Tenants> {
    await db.query('TRUNCATE organisations, users, agents, bindings, cadences, schedule_changes CASCADE');
    await publishBuiltIns(db, [selfCheck]);
    const tenants = new Tenants(db, []);
    for (let nth = 0; nth < count; nth += 1) tenants.all.push(await tenants.found(nth));
    return tenants;
  }

  async bind(agent: string, scope: Scope, tenant: Tenant, schedule: Schedule | null, nth = 0): Promise<void> {
    await this.db.query(
      `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, schedule)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (agent, scope, organisation_id, project_id, user_id)
       DO UPDATE SET schedule = excluded.schedule`,
      [
        randomUUID(),
        agent,
        scope,
        scope === 'server' ? null : tenant.organisation_id,
        scope === 'project' ? tenant.projects[nth] : null,
        scope === 'user' ? tenant.users[nth] : null,
        schedule && JSON.stringify(schedule),
      ],
    );
  }

  async member(tenant: Tenant, project: number, user: number, member: boolean): Promise<void> {
    await this.db.query(
      member
        ? `INSERT INTO project_members (project_id, organisation_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
        : `DELETE FROM project_members WHERE project_id = $1 AND organisation_id = $2 AND user_id = $3`,
      [tenant.projects[project], tenant.organisation_id, tenant.users[user]],
    );
  }

  private async found(nth: number): Promise<Tenant> {
    const organisation_id = randomUUID();
    const tenant: Tenant = {
      organisation_id,
      projects: [randomUUID(), randomUUID()],
      users: [randomUUID(), randomUUID()],
      agent_id: randomUUID(),
    };
    const { projects, users, agent_id } = tenant;
    await this.db.query(`INSERT INTO organisations (id, name, slug) VALUES ($1, $2, $2)`, [
      organisation_id,
      `o${nth}`,
    ]);
    await this.db.query(
      `INSERT INTO users (id, email) SELECT id, id || '@test' FROM unnest($1::uuid[]) AS id`,
      [users],
    );
    await this.db.query(
      `INSERT INTO memberships (organisation_id, user_id, name, role) SELECT $1, id, 'One', 'member' FROM unnest($2::uuid[]) AS id`,
      [organisation_id, users],
    );
    await this.db.query(
      `INSERT INTO projects (id, organisation_id, name) SELECT id, $1, id FROM unnest($2::uuid[]) AS id`,
      [organisation_id, projects],
    );
    await this.db.query(
      `INSERT INTO project_members (project_id, organisation_id, user_id)
       SELECT p, $1, u FROM unnest($2::uuid[]) AS p, unnest($3::uuid[]) AS u`,
      [organisation_id, projects, users],
    );
    await this.db.query(
      `INSERT INTO agents (id, key, organisation_id, title, purpose, built_in) VALUES ($1, 'reviewer', $2, 'Reviewer', 'Reviews', false)`,
      [agent_id, organisation_id],
    );
    await this.db.query(
      `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT $1, $2, 1, 'published', 'person', definition || $3::jsonb
         FROM agent_versions WHERE status = 'published' AND origin = 'code'`,
      [randomUUID(), agent_id, JSON.stringify({ audience: 'project_member', schedule: { kind: 'manual' } })],
    );
    return tenant;
  }
}

/** Returns the answers of the connections that do the work, those of each connection or transaction apart. */
export async function answersTo(db: DataSource, work: () => Promise<unknown>): Promise<unknown[][]> {
  const all: unknown[][] = [];
  const make = db.createQueryRunner.bind(db);
  const spy = vi.spyOn(db, 'createQueryRunner').mockImplementation((...of): QueryRunner => {
    const runner = make(...of);
    const answers: unknown[] = [];
    all.push(answers);
    const query = runner.query.bind(runner) as (...asked: unknown[]) => Promise<unknown>;
    runner.query = (async (...asked: unknown[]) => {
      const answer = await query(...asked);
      answers.push(answer);
      return answer;
    }) as typeof runner.query;
    return runner;
  });
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return all;
}
