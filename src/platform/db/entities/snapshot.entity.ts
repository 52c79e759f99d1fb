import { Column, Entity, PrimaryColumn } from 'typeorm';

export const SNAPSHOT_STATUSES = ['requested', 'draft', 'published', 'rejected'] as const;
export type SnapshotStatus = (typeof SNAPSHOT_STATUSES)[number];

@Entity('snapshots')
export class SnapshotRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('text') title!: string;
  /** The first and the last day belong to the period, by the project's clock. */
  @Column('date') from_day!: string;
  @Column('date') to_day!: string;
  @Column('text') status!: SnapshotStatus;
  @Column('text', { nullable: true }) body!: string | null;
  @Column('jsonb', { nullable: true }) numbers!: unknown;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) requested_by!: string | null;
  /** The run that wrote the draft. */
  @Column('uuid', { nullable: true }) run_id!: string | null;
  /** The models that wrote the draft. */
  @Column('text', { array: true, default: [] }) models!: string[];
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { nullable: true }) published_at!: Date | null;
}
