import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { nextIdOf } from '../../platform/http/page.js';
import { mustBeAt } from '../../platform/http/version.js';
import type { ProjectPlace } from '../place.js';
import type { EpicChange, EpicCreate, RoadmapChange, RoadmapQuery } from './roadmap.dto.js';
import {
  addEpic,
  type Epic,
  listEpics,
  lockEpic,
  lockRoadmap,
  roadmapOf,
  todayIn,
  unknownTickets,
  updateEpic,
  writeSummary,
} from './roadmap.store.js';

/** A project's roadmap: one summary, and its epics in order. */
@Injectable()
export class RoadmapService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  async show(caller: Principal, project_id: string, { dropped, after, limit }: RoadmapQuery) {
    const place = await this.placeOf(caller, project_id);
    const epics = await listEpics(this.db, place, { dropped, after, limit });
    const next_after = nextIdOf(epics, limit);
    return { ...(await roadmapOf(this.db, place)), epics, next_after };
  }

  async write(caller: Principal, project_id: string, { summary, version }: RoadmapChange) {
    const place = await this.placeOf(caller, project_id);
    return this.db.transaction(async (tx) => {
      mustBeAt(await lockRoadmap(tx, place), version);
      await writeSummary(tx, place, summary, caller.user_id);
      return roadmapOf(tx, place);
    });
  }

  /** Only requests a run of the agent, for today by the project's clock. */
  async generate(caller: Principal, project_id: string, goals: string) {
    await this.organisations.project(caller, project_id);
    const admitted = await this.db.transaction(async (tx) => {
      const day = await todayIn(tx, { organisation_id: caller.organisation_id, project_id });
      return this.followUp.need(tx, caller, {
        agent: 'roadmap_proposal_generator',
        project_id,
        input: { goals },
        target: { type: 'daily_session', id: day },
      });
    });
    const { agent_runs } = await this.followUp.started({ admitted: [admitted], skipped: [] });
    return { agent_runs };
  }

  async addEpic(caller: Principal, project_id: string, given: EpicCreate): Promise<Epic> {
    const place = await this.placeOf(caller, project_id);
    return this.db.transaction(async (tx) => {
      await ticketsMustExist(tx, place, given.ticket_ids);
      return addEpic(tx, place, given);
    });
  }

  /** Fields that a change leaves out stay as they are. */
  async changeEpic(caller: Principal, id: string, { version, ...change }: EpicChange): Promise<Epic> {
    const { organisation_id } = caller;
    return this.db.transaction(async (tx) => {
      const before = await lockEpic(tx, organisation_id, id);
      if (!before) throw new AppError('not_found', `There is no epic ${id}.`);
      mustBeAt(before.version, version);
      const { title, goal, status, position, ticket_ids } = { ...before, ...change };
      if (change.ticket_ids)
        await ticketsMustExist(tx, { organisation_id, project_id: before.project_id }, ticket_ids);
      return updateEpic(tx, { id, organisation_id, title, goal, status, position, ticket_ids });
    });
  }

  /** A dropped epic is kept, and may be taken up again. */
  async dropEpic(caller: Principal, id: string, version: number): Promise<void> {
    await this.changeEpic(caller, id, { status: 'dropped', version });
  }

  private async placeOf(caller: Principal, project_id: string): Promise<ProjectPlace> {
    await this.organisations.project(caller, project_id);
    return { organisation_id: caller.organisation_id, project_id };
  }
}

async function ticketsMustExist(tx: EntityManager, place: ProjectPlace, ids: string[]): Promise<void> {
  const [unknown] = await unknownTickets(tx, place, ids);
  if (unknown) throw invalid('ticket_ids', `the project has no ticket ${unknown}`);
}
