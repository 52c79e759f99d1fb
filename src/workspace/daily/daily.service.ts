import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { type CheckinsQuery, presentSession, type SessionsQuery } from './daily.dto.js';
import { addCheckin, SESSION, type Session, type ShownCheckin, sessionOf, setPlan } from './daily.store.js';

const LIST_SESSIONS = `
  SELECT ${SESSION} FROM daily_sessions
   WHERE organisation_id = $1 AND project_id = $2 AND user_id = $3 AND ($4::date IS NULL OR day < $4)
   ORDER BY daily_sessions.day DESC LIMIT $5`;

const LIST_CHECKINS = `
  SELECT c.id, c.project_id, c.session_id, s.day::text AS day, c.user_id, c.body, c.coaching, c.run_id, c.models, c.at
    FROM checkins c JOIN daily_sessions s ON s.id = c.session_id
   WHERE s.organisation_id = $1 AND s.project_id = $2 AND s.user_id = $3
     AND ($4::date IS NULL OR s.day = $4) AND ($5::uuid IS NULL OR c.id < $5)
   ORDER BY c.id DESC LIMIT $6`;

/** Today and the days before, of the caller alone: nobody reads another’s. */
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
    await this.placeOf(caller, project_id);
    const sessions: Session[] = await this.db.query(LIST_SESSIONS, [
      caller.organisation_id,
      project_id,
      caller.user_id,
      before ?? null,
      limit,
    ]);
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
    await this.placeOf(caller, project_id);
    const checkins: ShownCheckin[] = await this.db.query(LIST_CHECKINS, [
      caller.organisation_id,
      project_id,
      caller.user_id,
      day ?? null,
      before ?? null,
      limit,
    ]);
    return { checkins, next_before: nextIdOf(checkins, limit) };
  }

  private async placeOf(caller: Principal, project_id: string) {
    await this.organisations.project(caller, project_id);
    return { organisation_id: caller.organisation_id, project_id };
  }
}
