import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('docs')
export class Doc {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('text') title!: string;
  @Column('text') body!: string;
  @Column('integer', { default: 1 }) revision!: number;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('uuid', { nullable: true }) updated_by!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  @Column('timestamptz', { nullable: true }) archived_at!: Date | null;
  @Column('integer', { nullable: true }) reviewed_revision!: number | null;
}

/** The text of a doc from one change on; the last revision is the current one. */
@Entity('doc_revisions')
export class DocRevision {
  @PrimaryColumn('uuid') doc_id!: string;
  @PrimaryColumn('integer') revision!: number;
  @Column('text') title!: string;
  @Column('text') body!: string;
  @Column('uuid', { nullable: true }) changed_by!: string | null;
  @Column('uuid', { nullable: true }) run_id!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}

export type LinkTarget = 'doc' | 'ticket' | 'user';
