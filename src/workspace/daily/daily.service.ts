import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { type CheckinsQuery, presentSession, type SessionsQuery } from './daily.dto.js';
import { addCheckin, listCheckins, listSessions, sessionOf, setPlan } from './daily.store.js';

/** Today and the days before, of the caller alone: nobody reads another's. */
@Injectable()
export class DailyService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  async today(caller: Principal, project_id: string) {
    const place = await this.placeOf(caller, project_id);
    const moment = new Date();
    const session = await this.db.transaction((tx) => sessionOf(tx, place, caller.user_id, moment));
    return presentSession(session);
  }

  async plan(caller: Principal, project_id: string, plan: string | null) {
    const place = await this.placeOf(caller, project_id);
    const moment = new Date();
    const session = await this.db.transaction(async (tx) => {
      const { id } = await sessionOf(tx, place, caller.user_id, moment);
      await setPlan(tx, place, id, plan);
      return sessionOf(tx, place, caller.user_id, moment);
    });
    return presentSession(session);
  }

  async sessions(caller: Principal, project_id: string, { before, limit }: SessionsQuery) {
    const place = await this.placeOf(caller, project_id);
    const sessions = await listSessions(this.db, place, caller.user_id, { before, limit });
    return {
      sessions: sessions.map(presentSession),
      next_before: nextPage(sessions, limit, ({ day }) => day),
    };
  }

  /** Saved whether or not an agent may answer it. */
  async checkIn(caller: Principal, project_id: string, body: string) {
    const place = await this.placeOf(caller, project_id);
    const { checkin, asked } = await this.db.transaction(async (tx) => {
      const checkin = await addCheckin(tx, place, caller.user_id, body, new Date());
      const target = { type: 'daily_session', id: checkin.day };
      const request = {
        agent: 'today_checkin_processor',
        project_id,
        target,
        input: { checkin_id: checkin.id },
      };
      return { checkin, asked: await this.followUp.ask(tx, caller, [request]) };
    });
    return { ...checkin, ...(await this.followUp.started(asked)) };
  }

  async checkins(caller: Principal, project_id: string, { day, before, limit }: CheckinsQuery) {
    const place = await this.placeOf(caller, project_id);
    const checkins = await listCheckins(this.db, place, caller.user_id, { day, before, limit });
    return { checkins, next_before: nextIdOf(checkins, limit) };
  }

  private async placeOf(caller: Principal, project_id: string) {
    await this.organisations.project(caller, project_id);
    return { organisation_id: caller.organisation_id, project_id };
  }
}
