import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ProposalKind, Source, Target } from '../../../../workflows/contract/proposal.js';

/** The thing that an accepted proposal made or changed, as it is now. */
export interface Made {
  type: Target['type'];
  id: string;
  version?: number;
}

export interface Decision {
  /** The settings of the binding accepted the proposal, without a person. */
  auto?: true;
  reason?: string;
  made?: Made;
  superseded_by?: string;
}

export const PROPOSAL_STATUSES = ['pending', 'accepted', 'rejected', 'superseded', 'expired'] as const;
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number];

@Entity('proposals')
export class ProposalRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  /** The person of the proposal; null if it is for the project. */
  @Column('uuid', { nullable: true }) user_id!: string | null;
  @Column('text') agent!: string;
  @Column('uuid', { nullable: true }) run_id!: string | null;
  @Column('text') kind!: ProposalKind;
  @Column('text') title!: string;
  @Column('text') reason!: string;
  @Column('jsonb') change!: unknown;
  @Column('text', { nullable: true }) target_type!: Target['type'] | null;
  @Column('uuid', { nullable: true }) target_id!: string | null;
  @Column('integer', { nullable: true }) target_version!: number | null;
  @Column('jsonb') sources!: Source[];
  /** Models that answered the run's calls. */
  @Column('text', { array: true, default: [] }) models!: string[];
  @Column('text') dedupe_key!: string;
  @Column('text') status!: ProposalStatus;
  @Column('uuid', { nullable: true }) decided_by!: string | null;
  @Column('timestamptz', { nullable: true }) decided_at!: Date | null;
  @Column('jsonb', { nullable: true }) decision!: Decision | null;
  @Column('timestamptz', { nullable: true }) expires_at!: Date | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
}
