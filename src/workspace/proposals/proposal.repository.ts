import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { ProposalKind } from '../../../workflows/contract/proposal.js';
import type { Principal } from '../../platform/auth/principal.js';
import { PROPOSAL_VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import type { ProposalRow } from '../../platform/db/entities/proposal.entity.js';
import { AgentRun } from '../../platform/db/entities/run.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { InboxQuery } from './proposal.dto.js';

interface MadeBy {
  id: string;
  agent: string;
  status: string;
  created_at: Date;
}

/** Administrators also see a proposal for one person, unless it concerns that person's memory. */
const SEEN = `p.organisation_id = $1 AND ${PROPOSAL_VISIBLE_TO('p', '$2', '$3')}`;

export const LIST_PROPOSALS = `
  SELECT * FROM proposals p
   WHERE ${SEEN} AND p.project_id = $4 AND p.kind = ANY($5) AND ($6 = 'any' OR p.status = $6)
     AND ($7::text IS NULL OR p.agent = $7) AND ($8::uuid IS NULL OR p.run_id = $8)
     AND ($9::boolean IS NULL OR (p.user_id IS NOT DISTINCT FROM $2) = $9) AND ($10::uuid IS NULL OR p.id < $10)
   ORDER BY p.id DESC LIMIT $11`;

const FIND_PROPOSAL = `
  SELECT p.*, CASE WHEN p.status = 'pending' AND p.expires_at <= clock_timestamp() THEN 'expired' ELSE p.status END AS status
    FROM proposals p WHERE ${SEEN} AND p.id = $4`;

/** Proposals as a caller may see them, and so decide them. */
@Injectable()
export class ProposalRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  list(
    caller: Principal,
    project_id: string,
    query: Omit<InboxQuery, 'kind'>,
    kinds: readonly ProposalKind[],
  ): Promise<ProposalRow[]> {
    const { status, agent, run_id, mine, before, limit } = query;
    return this.db.query(LIST_PROPOSALS, [
      ...seer(caller),
      project_id,
      kinds,
      status,
      agent ?? null,
      run_id ?? null,
      mine ?? null,
      before ?? null,
      limit,
    ]);
  }

  /** A proposal whose time is over counts as expired, even before that is written. */
  async find(
    caller: Principal,
    id: string,
    db: DataSource | EntityManager = this.db,
    lock: 'FOR UPDATE' | '' = '',
  ): Promise<ProposalRow> {
    const [found]: ProposalRow[] = await db.query(`${FIND_PROPOSAL} ${lock}`, [...seer(caller), id]);
    if (!found) throw new AppError('not_found', `There is no proposal ${id}.`);
    return found;
  }

  async runOf({ organisation_id, run_id }: ProposalRow): Promise<MadeBy | null> {
    if (run_id === null) return null;
    const select = { id: true, agent: true, status: true, created_at: true } as const;
    return this.db.getRepository(AgentRun).findOne({ select, where: { id: run_id, organisation_id } });
  }
}

function seer({ organisation_id, user_id, role }: Principal) {
  return [organisation_id, user_id, role === 'owner' || role === 'admin'];
}
