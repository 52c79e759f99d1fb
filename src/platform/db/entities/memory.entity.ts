import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Source } from '../../../../workflows/contract/proposal.js';

@Entity('memories')
export class MemoryRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  /** The owner of the memory; null if it belongs to the project. */
  @Column('uuid', { nullable: true }) user_id!: string | null;
  @Column('text') body!: string;
  @Column('jsonb') sources!: Source[];
  @Column('integer', { default: 1 }) version!: number;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  @Column('timestamptz', { nullable: true }) removed_at!: Date | null;
}

@Entity('memory_revisions')
export class MemoryRevision {
  @PrimaryColumn('uuid') memory_id!: string;
  @PrimaryColumn('integer') version!: number;
  @Column('text') body!: string;
  @Column('jsonb') sources!: Source[];
  @Column('boolean') removed!: boolean;
  @Column('uuid', { nullable: true }) changed_by!: string | null;
  @Column('uuid', { nullable: true }) proposal_id!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
