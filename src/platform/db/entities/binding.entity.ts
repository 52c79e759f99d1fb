import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Schedule } from '../../../../workflows/contract/schedule.js';
import type { SettingsOverride } from '../../../../workflows/contract/version.js';

/** The scopes of a binding, from the widest to the narrowest. */
export const SCOPES = ['server', 'organisation', 'project', 'user'] as const;
export type Scope = (typeof SCOPES)[number];

@Entity('bindings')
export class BindingRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') agent!: string;
  @Column('text') scope!: Scope;
  @Column('uuid', { nullable: true }) organisation_id!: string | null;
  @Column('uuid', { nullable: true }) project_id!: string | null;
  @Column('uuid', { nullable: true }) user_id!: string | null;
  /** Null leaves the decision to other bindings. */
  @Column('boolean', { nullable: true }) enabled!: boolean | null;
  @Column('jsonb', { nullable: true }) schedule!: Schedule | null;
  @Column('jsonb', { default: {} }) settings!: SettingsOverride;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) changed_by!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) changed_at!: Date;
}

@Entity('change_log')
export class Change {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid', { nullable: true }) organisation_id!: string | null;
  @Column('uuid', { nullable: true }) changed_by!: string | null;
  @Column('text') subject!: string;
  @Column('text') subject_id!: string;
  @Column('jsonb', { nullable: true }) before!: NonNullable<unknown> | null;
  @Column('jsonb', { nullable: true }) after!: NonNullable<unknown> | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
