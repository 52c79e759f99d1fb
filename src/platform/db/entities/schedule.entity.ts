import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One distinct schedule with everything filled in; its members follow it together. */
export type Cadence =
  | { kind: 'interval'; every_seconds: number }
  | { kind: 'cron'; cron: string; time_zone: string }
  | { kind: 'once'; at: string };

@Entity('cadences')
export class CadenceRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') key!: string;
  @Column('jsonb') spec!: Cadence;
  /** All ticks up to this time have their answer. */
  @Column('timestamptz') accounted_until!: Date;
  /** The tick whose members are being answered. */
  @Column('timestamptz', { nullable: true }) firing_at!: Date | null;
  /** The last member that has its answer for it. */
  @Column('uuid', { nullable: true }) fired_through!: string | null;
  @Column('timestamptz', { nullable: true }) next_at!: Date | null;
  /** Background work is off, and has been since. */
  @Column('timestamptz', { nullable: true }) off_since!: Date | null;
  /** The Schedule that Temporal should have; null if it should have none. */
  @Column('text', { nullable: true }) wanted!: string | null;
  /** The Schedule that Temporal got last. */
  @Column('text', { name: 'told', nullable: true }) synced!: string | null;
  /** The reason why Temporal refused the Schedule. */
  @Column('text', { nullable: true }) refused!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

@Entity('schedules')
export class ScheduleRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') agent!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('uuid', { nullable: true }) user_id!: string | null;
  /** The cadence it follows now; null where it follows none any more. */
  @Column('uuid', { nullable: true }) cadence_id!: string | null;
  /** The binding that set it; null where the agent's version did. */
  @Column('uuid', { nullable: true }) origin!: string | null;
  @Column('timestamptz', { nullable: true }) paused_at!: Date | null;
  @Column('uuid', { nullable: true }) paused_by!: string | null;
  @Column('timestamptz', { nullable: true }) failing_since!: Date | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

export type SpanOutcome = 'skipped' | 'coalesced' | 'missed' | 'gated';

/** The reason why a tick has no run, with the setting or person behind it. */
export interface TickReason {
  code: string;
  message: string;
  binding_id?: string;
  scope?: string;
  run_id?: string;
  into?: string;
}

@Entity('schedule_events')
export class ScheduleEvent {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') schedule_id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('text') type!: 'schedule_failing' | 'schedule_recovered';
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
