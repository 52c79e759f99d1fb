import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import selfCheck from '../../../agents/self-check/agent.js';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';
import { previousTick } from '../../../src/engine/cadences/ticks.js';
import {
  Admission,
  type Admitted,
  type ReadAsk,
  type Reading,
  type RunRequest,
} from '../../../src/engine/runs/admission.js';
import { applyChanges } from '../../../src/engine/schedules/apply-changes.js';
import type { MemberOfTick } from '../../../src/engine/schedules/decide-tick.js';
import { readLedger, type TickAccount } from '../../../src/engine/schedules/ledger.store.js';
import { TickFirer } from '../../../src/engine/schedules/tick-firer.js';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import type { Cadence } from '../../../src/platform/db/entities/schedule.entity.js';
import type { Audience, Overlap, Schedule } from '../../../workflows/contract/schedule.js';
import { cloneDatabase, dropDatabase } from '../../support/database.js';
import { ownClock } from '../../support/own-clock.js';
import { signer } from '../../support/signing-keys.js';
import { withScheduleLease } from './schedule-lease.js';

/** A place where a binding may stand. */
export type Place = 'server' | 'organisation' | 'project 0' | 'project 1' | 'user 0' | 'user 1';
export const PLACES: Place[] = ['server', 'organisation', 'project 0', 'project 1', 'user 0', 'user 1'];
/** The agents, ordered from the narrowest to the widest. */
export const AGENTS: Record<string, { audience: Audience; overlap: Overlap; schedule: Schedule }> = {
  self_check: { audience: 'project', overlap: 'skip_if_running', schedule: { kind: 'manual' } },
  reviewer: {
    audience: 'project_member',
    overlap: 'allow_parallel',
    schedule: { kind: 'cron', cron: '*/20 * * * *' },
  },
};

export interface FollowedSchedule {
  id: string;
  agent: string;
  project_id: string;
  user_id: string | null;
  cadence: string | null;
}

class Died extends Error {}

/** Ends its worker in the middle of a tick, and does not know the inputs of some at first, when it was told to. */
class MortalAdmission extends Admission {
  diesAfter = Number.POSITIVE_INFINITY;
  /** Schedules of which one look finds nothing. */
  unread = new Set<string>();

  override known(request: RunRequest, member: MemberOfTick): Reading | undefined {
    return this.unread.delete(member.schedule_id) ? undefined : super.known(request, member);
  }

  override async admitAll(db: DataSource | EntityManager, asks: readonly ReadAsk[]): Promise<Admitted[]> {
    if (this.diesAfter === 0) throw new Died();
    this.diesAfter -= 1;
    return super.admitAll(db, asks);
  }
}

/** Runs that are admitted and stay queued, as those do whose process ended before it could start them. */
const NEVER_STARTED = {
  sendCancel: async () => undefined,
  handOver: async () => undefined,
};

/** An organisation with two projects in a database with its own clock; the product's parts do all the work. */
export class World {
  readonly organisation_id = randomUUID();
  readonly projects = [randomUUID(), randomUUID()] as const;
  readonly users = [randomUUID(), randomUUID()] as const;
  readonly settings = {
    OPERATING_BACKGROUND_ENABLED: true,
    OPERATING_BACKGROUND_INTERVAL_SECONDS: 900,
    TICKET_CONFLICT_SCAN_HOUR_UTC: 2,
    SCHEDULE_SPREAD_SECONDS: 0,
    SCHEDULE_CATCH_UP_SECONDS: 3600,
  };
  private readonly admission = new MortalAdmission(signer);
  private readonly firer: TickFirer;
  private settledBy = '';

  private constructor(
    private readonly server: string,
    private readonly name: string,
    readonly db: DataSource,
    public now: Date,
    readonly zone: string,
  ) {
    this.firer = new TickFirer(db, this.admission, NEVER_STARTED, () => this.settings, 1);
  }

  static async open(server: string, now: Date, zone: string): Promise<World> {
    const name = `t_${randomUUID().replaceAll('-', '')}`;
    const url = await cloneDatabase(server, name);
    await ownClock(server, name);
    const db = await createDataSource(url, 3).initialize();
    const world = new World(server, name, db, now, zone);
    await publishBuiltIns(db, [selfCheck]);
    await world.populate();
    return world;
  }

  async close(): Promise<void> {
    await this.db.destroy();
    await dropDatabase(this.server, this.name);
  }

  query<T>(sql: string, values: unknown[] = []): Promise<T> {
    return this.db.query(sql, values);
  }

  async passes(seconds: number): Promise<void> {
    this.now = new Date(this.now.getTime() + seconds * 1000);
    await this.query(`UPDATE own_clock.hand SET at = $1`, [this.now]);
  }

  /** Settles the marks, or everything after a change of the settings, as the reconciler does. */
  settle() {
    const settings = JSON.stringify(this.settings);
    const where = this.settledBy === settings ? 'marked' : 'all';
    this.settledBy = settings;
    return withScheduleLease(this.db, (lease) => applyChanges(this.db, lease, this.settings, where));
  }

  /**
   * Wakes every cadence by Temporal's clock, which is ahead of PostgreSQL's; false if the worker died. The bits of
   * `unread` say whose inputs are unknown at first.
   */
  async ticks(ahead_ms: number, diesAfter: number, unread = 0): Promise<boolean> {
    this.admission.diesAfter = diesAfter;
    const ids = (await this.schedules()).filter((_, nth) => unread & (1 << nth)).map(({ id }) => id);
    this.admission.unread = new Set(ids);
    const cadences = await this.query<{ id: string; spec: Cadence }[]>(
      `SELECT id, spec FROM cadences ORDER BY id`,
    );
    try {
      for (const { id, spec } of cadences)
        await this.firer.fire(id, previousTick(spec, new Date(this.now.getTime() + ahead_ms + 1)));
      return true;
    } catch (error) {
      if (error instanceof Died) return false;
      throw error;
    }
  }

  /** Every cadence is woken at the same moment, on the few connections that there are. */
  async ticksAtOnce(): Promise<void> {
    const cadences = await this.query<{ id: string }[]>(`SELECT id FROM cadences`);
    await Promise.all(cadences.map(({ id }) => this.firer.fire(id, null)));
  }

  schedules(): Promise<FollowedSchedule[]> {
    return this.query(
      `SELECT s.id, s.agent, s.project_id, s.user_id, c.key AS cadence
         FROM schedules s LEFT JOIN cadences c ON c.id = s.cadence_id ORDER BY s.id`,
    );
  }

  ledger(schedule_id: string, until: Date): Promise<TickAccount[]> {
    const page = { before: new Date(until.getTime() + 1), from: new Date(0), limit: 5000 };
    return readLedger(this.db, schedule_id, page, {
      now: this.now,
      catch_up_seconds: this.settings.SCHEDULE_CATCH_UP_SECONDS,
    });
  }

  async bind(agent: string, place: Place, enabled: boolean | null, schedule: Schedule | null): Promise<void> {
    const [scope, index] = place.split(' ');
    await this.query(
      `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, enabled, schedule)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (agent, scope, organisation_id, project_id, user_id)
       DO UPDATE SET enabled = excluded.enabled, schedule = excluded.schedule`,
      [
        randomUUID(),
        agent,
        scope,
        scope === 'server' ? null : this.organisation_id,
        scope === 'project' ? this.projects[Number(index)] : null,
        scope === 'user' ? this.users[Number(index)] : null,
        enabled,
        schedule && JSON.stringify(schedule),
      ],
    );
  }

  /** The reviewer says the same once more: what its new version makes of no input is not known to anybody. */
  async publish(): Promise<void> {
    const [{ agent_id }] = await this.query<[{ agent_id: string }]>(
      `SELECT id AS agent_id FROM agents WHERE key = 'reviewer'`,
    );
    await this.query(
      `UPDATE agent_versions SET status = 'archived' WHERE agent_id = $1 AND status = 'published'`,
      [agent_id],
    );
    await this.query(
      `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT $1, $2, number + 1, 'published', 'person', definition
         FROM agent_versions WHERE agent_id = $2 ORDER BY number DESC LIMIT 1`,
      [randomUUID(), agent_id],
    );
  }

  private async populate(): Promise<void> {
    await this.passes(0);
    const { organisation_id, projects, users } = this;
    await this.query(`INSERT INTO organisations (id, name, slug) VALUES ($1, 'Acme', 'acme')`, [
      organisation_id,
    ]);
    for (const [index, user_id] of users.entries()) {
      await this.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [user_id, `${index}@acme.test`]);
      await this.query(
        `INSERT INTO memberships (organisation_id, user_id, name, role) VALUES ($1, $2, 'One', 'member')`,
        [organisation_id, user_id],
      );
    }
    for (const [index, id] of projects.entries())
      await this.query(
        `INSERT INTO projects (id, organisation_id, name, time_zone) VALUES ($1, $2, $3, $4)`,
        [id, organisation_id, `Project ${index}`, index === 0 ? this.zone : 'UTC'],
      );
    const { audience, overlap, schedule } = AGENTS.reviewer!;
    const [{ id }] = await this.query<[{ id: string }]>(
      `INSERT INTO agents (id, key, organisation_id, title, purpose, built_in)
       VALUES ($1, 'reviewer', $2, 'Reviewer', 'Reviews', false) RETURNING id`,
      [randomUUID(), organisation_id],
    );
    await this.query(
      `INSERT INTO agent_versions (id, agent_id, number, status, origin, definition)
       SELECT $1, $2, 1, 'published', 'person', definition || $3::jsonb
         FROM agent_versions WHERE status = 'published' AND agent_id <> $2 LIMIT 1`,
      [randomUUID(), id, JSON.stringify({ audience, overlap, schedule, input_schema: { type: 'object' } })],
    );
  }
}
