import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError } from '../../platform/http/app-error.js';
import { nextIdOf } from '../../platform/http/page.js';
import type { SnapshotCreate, SnapshotsQuery } from './snapshot.dto.js';
import { findSnapshot, insertSnapshot, listSnapshots, periodTitle, type Snapshot } from './snapshot.store.js';

/** The state of a project over a period: asked for here, drafted by an agent, published by review. */
@Injectable()
export class SnapshotsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  async list(caller: Principal, project_id: string, { status, before, limit }: SnapshotsQuery) {
    await this.organisations.project(caller, project_id);
    const place = { organisation_id: caller.organisation_id, project_id };
    const snapshots = await listSnapshots(this.db, place, { status, before, limit });
    return { snapshots, next_before: nextIdOf(snapshots, limit) };
  }

  /** Only requests a run of the agent; if the agent may not run, nothing is saved. */
  async request(caller: Principal, project_id: string, given: SnapshotCreate) {
    const { from_day, to_day, title = periodTitle(from_day, to_day) } = given;
    await this.organisations.project(caller, project_id);
    const id = uuidv7();
    const admitted = await this.db.transaction(async (tx) => {
      const { organisation_id, user_id: requested_by } = caller;
      const period = { title, from_day, to_day };
      await insertSnapshot(tx, { id, organisation_id, project_id, ...period, requested_by });
      return this.followUp.need(tx, caller, {
        agent: 'snapshot_generator',
        project_id,
        input: { snapshot_id: id },
        target: { type: 'snapshot', id },
      });
    });
    const snapshot = await this.show(caller, id);
    const { agent_runs } = await this.followUp.started({ admitted: [admitted], skipped: [] });
    return { ...snapshot, agent_runs };
  }

  async show(caller: Principal, id: string): Promise<Snapshot> {
    const snapshot = await findSnapshot(this.db, caller, id);
    if (!snapshot) throw new AppError('not_found', `There is no snapshot ${id}.`);
    return snapshot;
  }
}
