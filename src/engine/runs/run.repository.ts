import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, MoreThan } from 'typeorm';
import type { OutputLink } from '../../../workflows/contract/work.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AgentRun, AgentRunAttempt, AgentRunEvent } from '../../platform/db/entities/run.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { shownLike } from './shown.sql.js';

const EVENT = {
  run_id: true,
  seq: true,
  type: true,
  at: true,
  status: true,
  attempt: true,
  data: true,
} as const;
const ATTEMPT = {
  number: true,
  status: true,
  worker: true,
  started_at: true,
  finished_at: true,
  error: true,
} as const;

export type EventRow = Pick<AgentRunEvent, 'run_id' | 'seq' | 'type' | 'at' | 'status' | 'attempt' | 'data'>;

const REPEATED_EVENTS = `
  SELECT e.seq FROM agent_run_events e
   WHERE e.run_id = $1
     AND EXISTS (SELECT FROM agent_run_events f
                  WHERE f.run_id = e.run_id AND f.written_by = e.written_by AND f.type = e.type AND f.seq < e.seq)
   ORDER BY e.seq`;

const OUTPUTS = `
  SELECT data->'outputs' AS outputs FROM agent_run_effects
   WHERE run_id = $1 AND jsonb_typeof(data->'outputs') = 'array' ORDER BY at, key`;

/** Runs as a caller may read them: always within the caller's organisation. */
@Injectable()
export class RunRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async find({ organisation_id }: Principal, id: string): Promise<AgentRun> {
    const run = await this.db.getRepository(AgentRun).findOneBy({ id, organisation_id });
    if (!run) throw new AppError('not_found', `There is no run ${id}.`);
    return run;
  }

  async events(caller: Principal, id: string, after: number, limit: number): Promise<EventRow[]> {
    return this.eventsOf(await this.find(caller, id), after, limit);
  }

  /** The run comes from `find`, and so belongs to the caller's organisation. */
  async eventsOf({ id }: AgentRun, after = 0, limit = 100_000): Promise<EventRow[]> {
    return this.db.getRepository(AgentRunEvent).find({
      select: EVENT,
      where: { run_id: id, seq: MoreThan(after) },
      order: { seq: 'ASC' },
      take: limit,
    });
  }

  /** Returns events that repeat their writer's, because a writer writes each type once. */
  async repeatedEvents({ id }: AgentRun): Promise<number[]> {
    const rows: { seq: number }[] = await this.db.query(REPEATED_EVENTS, [id]);
    return rows.map(({ seq }) => seq);
  }

  /** Compares what an ended run shows with the digest recorded at its end. */
  async showsAsRecorded({ id }: AgentRun, recorded: string): Promise<boolean> {
    const [row]: { shown: string }[] = await this.db.query(
      `SELECT ${shownLike(recorded)} AS shown FROM agent_runs run WHERE id = $1`,
      [id],
    );
    return row?.shown === recorded;
  }

  /** Returns the outputs of the run, in the order of delivery. */
  async outputs({ id }: AgentRun): Promise<OutputLink[]> {
    const rows: { outputs: OutputLink[] }[] = await this.db.query(OUTPUTS, [id]);
    return rows.flatMap(({ outputs }) => outputs);
  }

  async attempts(caller: Principal, id: string): Promise<Omit<AgentRunAttempt, 'run_id'>[]> {
    await this.find(caller, id);
    return this.db.getRepository(AgentRunAttempt).find({
      select: ATTEMPT,
      where: { run_id: id },
      order: { number: 'ASC' },
    });
  }
}
