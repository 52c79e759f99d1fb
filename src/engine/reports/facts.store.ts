import type { DataSource } from 'typeorm';
import { agents } from '../../../agents/index.js';
import type { News } from '../../../workflows/contract/agent.js';
import {
  type ProjectChanges,
  type ProjectDay,
  type WithMessages,
} from '../../../workflows/contract/reports.js';
import { CHANGES } from './changes.sql.js';
import { DAY } from './day.sql.js';
import { ticksWithoutRun, type Unanswered } from './ticks-without-run.js';

/** Each method is one statement; organisation and project come from the run's row, whatever its input says. */
export class PostgresFactsStore {
  constructor(private readonly db: DataSource) {}

  async changes(run_id: string, since: string | null): Promise<WithMessages<ProjectChanges>> {
    const { facts } = await this.ask<{ facts: WithMessages<ProjectChanges> }>(
      CHANGES,
      run_id,
      since,
      agentsWith('upkeep'),
    );
    return facts;
  }

  async day(run_id: string, day: string | null): Promise<WithMessages<ProjectDay>> {
    const { facts, unanswered } = await this.ask<{
      facts: WithMessages<ProjectDay>;
      unanswered: Unanswered[];
    }>(DAY, run_id, day, agentsWith('report', 'upkeep'));
    return { ...facts, ticks_without_run: ticksWithoutRun(unanswered) };
  }

  private async ask<T>(sql: string, run_id: string, ...values: unknown[]): Promise<T> {
    try {
      const [row]: T[] = await this.db.query(sql, [run_id, ...values]);
      if (row) return row;
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNKNOWN_TIME_ZONE) throw error;
      throw new NoFacts((error as Error).message);
    }
    throw new NoFacts(`run ${run_id} has no project`);
  }
}

/** The run has nothing to report, however often the activity is repeated. */
export class NoFacts extends Error {}

/** PostgreSQL's list of zones need not be the one that the project's zone was checked against. */
const UNKNOWN_TIME_ZONE = '22023';

const agentsWith = (...kinds: News[]): string[] =>
  agents.filter(({ news }) => news && kinds.includes(news)).map(({ key }) => key);
