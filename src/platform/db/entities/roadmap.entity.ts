import { Column, Entity, PrimaryColumn } from 'typeorm';

export const EPIC_STATUSES = ['planned', 'active', 'done', 'dropped'] as const;
export type EpicStatus = (typeof EPIC_STATUSES)[number];

@Entity('roadmaps')
export class RoadmapRow {
  @PrimaryColumn('uuid') project_id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('text') summary!: string;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) updated_by!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}

@Entity('epics')
export class EpicRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('text') title!: string;
  @Column('text') goal!: string;
  @Column('text') status!: EpicStatus;
  @Column('integer') position!: number;
  @Column('uuid', { array: true }) ticket_ids!: string[];
  @Column('integer', { default: 1 }) version!: number;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}
