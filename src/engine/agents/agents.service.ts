import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { listChanges } from '../../platform/audit-log/change-log.store.js';
import type { Principal } from '../../platform/auth/principal.js';
import { nextIdOf } from '../../platform/http/page.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
import type { ChangesQuery, EffectiveQuery } from './agents.dto.js';
import { bindingsOf, type NamedBinding } from './binding.store.js';
import { placeMustExist } from './binding-scope.js';
import { catalogueOf, findAgent } from './catalogue.store.js';
import { type Chosen, decide, defaultsOf, effectiveOn, pathAmong } from './effective.js';
import { presentAgent, shown } from './present-agent.js';
import { ticksAhead } from './ticks-ahead.js';

/** Lists agents, and the effective agent of a place. */
@Injectable()
export class AgentsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly settings: RuntimeSettings,
  ) {}

  async list(caller: Principal) {
    const [agents, bindings] = await Promise.all([
      catalogueOf(this.db, caller.organisation_id),
      bindingsOf(this.db, null, caller.organisation_id),
    ]);
    return { agents: agents.map((agent) => presentAgent(agent, bindings, caller)) };
  }

  async show(caller: Principal, key: string) {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    return presentAgent(agent, await bindingsOf(this.db, key, caller.organisation_id), caller);
  }

  async effective(caller: Principal, key: string, { project_id, user_id = caller.user_id }: EffectiveQuery) {
    const { organisation_id } = caller;
    const scope = { organisation_id, project_id: project_id ?? null, user_id };
    const { definition, published_version } = await findAgent(this.db, organisation_id, key);
    await placeMustExist(this.db, caller, scope);
    const path = pathAmong(await bindingsOf(this.db, key, organisation_id), scope);
    const { enabled, decided_by } = decide(path);
    const answer = {
      agent: key,
      published_version,
      enabled,
      decided_by: decided_by && shown(decided_by, caller),
    };
    if (!definition)
      return {
        ...answer,
        schedule: null,
        settings: null,
        schedule_id: null,
        no_schedule: null,
        next_ticks: [],
      };
    const { schedule, settings } = effectiveOn(path, defaultsOf(definition));
    const seen = <T>({ value, origin }: Chosen<T, NamedBinding>) => ({
      value,
      origin: origin && shown(origin, caller),
    });
    const all = Object.entries(settings).map(([name, chosen]) => [name, seen<unknown>(chosen)]);
    const { audience } = definition;
    const follows = { schedule: schedule.value, audience };
    const ahead = await ticksAhead(this.db, key, scope, follows, this.settings.current());
    return { ...answer, schedule: seen(schedule), settings: Object.fromEntries(all), ...ahead };
  }

  async changes(caller: Principal, query: ChangesQuery) {
    const { limit } = query;
    const changes = await listChanges(this.db, caller, query);
    return { changes, next_before: nextIdOf(changes, limit) };
  }
}
