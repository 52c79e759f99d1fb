import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Admitted } from '../../src/engine/runs/admission.js';
import { FollowUp } from '../../src/engine/runs/follow-up.js';
import { OrganisationService } from '../../src/platform/auth/organisation.service.js';
import type { Principal } from '../../src/platform/auth/principal.js';
import { lockPart } from '../../src/platform/locks/advisory-lock.store.js';
import { scanUnderWay } from './scan.store.js';

const AGENT = 'ticket_conflict_scanner';
/** A person waits for it, as nobody does for the nightly one. */
const WAITED_FOR = 5;

/** Duplicates and conflicts among a project's tickets: looked for here, proposed by an agent. */
@Injectable()
export class ScanService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  /** A project has one requested scan at a time; before it ends, it compares the tickets saved in between. */
  async scan(caller: Principal, project_id: string, all: boolean) {
    await this.organisations.project(caller, project_id);
    const admitted = await this.db.transaction(async (tx) => {
      await lockPart(tx, 'scans', project_id);
      const underway = await this.underway(tx, caller, project_id, all);
      return underway ?? this.followUp.need(tx, caller, this.request(project_id, all));
    });
    const { agent_runs } = await this.followUp.started({ admitted: [admitted], skipped: [] });
    return { agent_runs };
  }

  private request(project_id: string, all: boolean) {
    return {
      agent: AGENT,
      project_id,
      input: all ? { all } : {},
      priority: WAITED_FOR,
      target: { type: 'ticket_conflicts', id: project_id },
    };
  }

  /**
   * Finds a scan that has begun or is about to, and covers the request: a scan of some pairs does not serve a request
   * for all.
   */
  private async underway(
    tx: EntityManager,
    { organisation_id }: Principal,
    project_id: string,
    all: boolean,
  ): Promise<Admitted | null> {
    const run = await scanUnderWay(tx, { organisation_id, project_id }, AGENT, all);
    return run ? { run, startable: null } : null;
  }
}
