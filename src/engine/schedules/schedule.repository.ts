import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull, Not } from 'typeorm';
import type { Audience, Overlap } from '../../../workflows/contract/schedule.js';
import type { Principal } from '../../platform/auth/principal.js';
import { type Cadence, ScheduleEvent, ScheduleRow } from '../../platform/db/entities/schedule.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { SchedulesQuery } from './schedule.dto.js';
import { AGENT_OF_SCHEDULE, HAS_MEMBERS } from './schedule.sql.js';

/** A schedule with what it follows, and what its runs are made of. */
export interface ShownSchedule extends ScheduleRow {
  time_zone: string;
  archived: boolean;
  spec: Cadence | null;
  refused: string | null;
  audience: Audience | null;
  overlap: Overlap | null;
  target: string | null;
  has_members: boolean;
  paused_by_email: string | null;
  /** The schedule's run that is under way. */
  running: string | null;
  last_run: { id: string; status: string; tick_at: string | null; created_at: string } | null;
}

const SHOWN = `
  SELECT s.*, j.time_zone, j.archived_at IS NOT NULL AS archived, c.spec, c.refused, u.email AS paused_by_email,
         v.definition->>'audience' AS audience, v.definition->>'overlap' AS overlap, v.definition->>'target' AS target,
         ${HAS_MEMBERS} AS has_members,
         (SELECT r.id FROM agent_runs r WHERE r.schedule_id = s.id AND r.finished_at IS NULL ORDER BY r.id DESC LIMIT 1) AS running,
         (SELECT jsonb_build_object('id', r.id, 'status', r.status, 'tick_at', r.tick_at, 'created_at', r.created_at)
            FROM agent_runs r WHERE r.schedule_id = s.id ORDER BY r.id DESC LIMIT 1) AS last_run
    FROM schedules s
    JOIN projects j ON j.id = s.project_id
    LEFT JOIN cadences c ON c.id = s.cadence_id
    LEFT JOIN users u ON u.id = s.paused_by
    ${AGENT_OF_SCHEDULE}
    LEFT JOIN agent_versions v ON v.agent_id = a.id AND v.status = 'published'`;

const LIST_SCHEDULES = `
  ${SHOWN} WHERE s.organisation_id = $1 AND s.cadence_id IS NOT NULL
     AND ($2::text IS NULL OR s.agent = $2) AND ($3::uuid IS NULL OR s.project_id = $3)
     AND ($4::uuid IS NULL OR s.user_id = $4) AND ($5::boolean IS NULL OR (s.failing_since IS NOT NULL) = $5)
     AND ($6::uuid IS NULL OR s.id > $6)
   ORDER BY s.id LIMIT $7`;

const FIND_SCHEDULE = `${SHOWN} WHERE s.id = $1 AND s.organisation_id = $2`;

/** Schedules as a caller may read them: always within the caller's organisation. */
@Injectable()
export class ScheduleRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list({ organisation_id }: Principal, query: SchedulesQuery): Promise<ShownSchedule[]> {
    const { agent, project_id, user_id, failing, after, limit } = query;
    return this.db.query(LIST_SCHEDULES, [
      organisation_id,
      agent ?? null,
      project_id ?? null,
      user_id ?? null,
      failing ?? null,
      after ?? null,
      limit,
    ]);
  }

  async find(
    { organisation_id }: Principal,
    id: string,
    db: DataSource | EntityManager = this.db,
  ): Promise<ShownSchedule> {
    const [schedule]: ShownSchedule[] = await db.query(FIND_SCHEDULE, [id, organisation_id]);
    if (!schedule) throw new AppError('not_found', `There is no schedule ${id}.`);
    return schedule;
  }

  events(schedule_id: string): Promise<Omit<ScheduleEvent, 'schedule_id' | 'organisation_id'>[]> {
    const select = { id: true, type: true, data: true, at: true } as const;
    const order = { id: 'DESC' } as const;
    return this.db.getRepository(ScheduleEvent).find({ select, where: { schedule_id }, order, take: 50 });
  }
}

/**
 * A start of a schedule's run takes this lock before it looks for runs under way, so that two starts at the same moment
 * see each other.
 */
export async function lockSchedules(tx: EntityManager, ids: readonly string[]): Promise<void> {
  await tx.query(`SELECT FROM schedules WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE`, [ids]);
}

/** Pauses the schedule for this person, or with null resumes it; returns whether that changed anything. */
export async function setPaused(tx: EntityManager, id: string, paused_by: string | null): Promise<boolean> {
  const paused = paused_by !== null;
  const change = { paused_at: paused ? () => 'clock_timestamp()' : null, paused_by };
  const { affected } = await tx
    .getRepository(ScheduleRow)
    .update({ id, paused_at: paused ? IsNull() : Not(IsNull()) }, change);
  return affected === 1;
}
