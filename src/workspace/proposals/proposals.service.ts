import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { PROPOSAL_KINDS, type ProposalKind } from '../../../workflows/contract/proposal.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { nextIdOf } from '../../platform/http/page.js';
import { problem } from '../../platform/http/problem.filter.js';
import { acceptProposal, rejectProposal } from './decide.js';
import { presentProposal } from './present-proposal.js';
import type { InboxQuery } from './proposal.dto.js';
import { ProposalRepository } from './proposal.repository.js';
import { expireDue, lockProposals } from './proposal.store.js';

const OF_MEMORY = PROPOSAL_KINDS.filter((kind) => kind.startsWith('memory_'));

/** The proposals of agents, and the decisions of people. */
@Injectable()
export class ProposalsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly proposals: ProposalRepository,
  ) {}

  inbox(caller: Principal, project_id: string, query: InboxQuery) {
    return this.list(caller, project_id, query, PROPOSAL_KINDS);
  }

  memoryDiffs(caller: Principal, project_id: string, query: InboxQuery) {
    return this.list(caller, project_id, query, OF_MEMORY);
  }

  async show(caller: Principal, id: string) {
    const row = await this.proposals.find(caller, id);
    return { ...presentProposal(row), run: await this.proposals.runOf(row) };
  }

  accept(caller: Principal, id: string) {
    return this.decide(caller, id, (tx, row) => acceptProposal(tx, row, caller.user_id));
  }

  reject(caller: Principal, id: string, reason?: string) {
    return this.decide(caller, id, (tx, row) => rejectProposal(tx, row, caller.user_id, reason));
  }

  /** A refused proposal does not undo the others. */
  async acceptAll(caller: Principal, project_id: string, ids: string[]) {
    const place = await this.placeOf(caller, project_id);
    await expireDue(this.db, place);
    return this.db.transaction(async (tx) => {
      await lockProposals(tx, project_id);
      const results = [];
      for (const id of new Set(ids)) results.push(await this.acceptOne(tx, caller, project_id, id));
      return { results };
    });
  }

  private async acceptOne(tx: EntityManager, caller: Principal, project_id: string, id: string) {
    try {
      await tx.transaction(async (inner) => {
        const row = await this.proposals.find(caller, id, inner, 'FOR UPDATE');
        if (row.project_id !== project_id) throw new AppError('not_found', `There is no proposal ${id}.`);
        await acceptProposal(inner, row, caller.user_id);
      });
      return { id, outcome: 'accepted' as const, problem: null };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { id, outcome: 'refused' as const, problem: problem(error) };
    }
  }

  private async decide(
    caller: Principal,
    id: string,
    decision: (tx: EntityManager, row: ProposalRow) => Promise<ProposalRow>,
  ) {
    const found = await this.proposals.find(caller, id);
    await expireDue(this.db, found);
    return this.db.transaction(async (tx) => {
      await lockProposals(tx, found.project_id);
      const row = await this.proposals.find(caller, id, tx, 'FOR UPDATE');
      return presentProposal(await decision(tx, row));
    });
  }

  private async list(
    caller: Principal,
    project_id: string,
    { kind, ...query }: InboxQuery,
    kinds: readonly ProposalKind[],
  ) {
    await expireDue(this.db, await this.placeOf(caller, project_id));
    const wanted = kinds.filter((one) => kind === undefined || one === kind);
    const rows = await this.proposals.list(caller, project_id, query, wanted);
    return {
      proposals: rows.map(presentProposal),
      next_before: nextIdOf(rows, query.limit),
    };
  }

  private async placeOf(caller: Principal, project_id: string) {
    await this.organisations.project(caller, project_id);
    return { organisation_id: caller.organisation_id, project_id };
  }
}
