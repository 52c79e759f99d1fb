import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('daily_sessions')
export class DailySession {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('uuid') user_id!: string;
  /** The day by the project's clock: YYYY-MM-DD. */
  @Column('date') day!: string;
  @Column('text', { nullable: true }) plan!: string | null;
  /** The parts that agents leave, by name. */
  @Column('jsonb', { default: {} }) parts!: Record<string, unknown>;
  /** Replicas of an older build read these three columns, which mirror `parts`. */
  @Column('jsonb', { nullable: true }) pulse!: unknown;
  @Column('jsonb', { nullable: true }) review!: unknown;
  @Column('jsonb', { nullable: true }) scan!: unknown;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}

@Entity('checkins')
export class Checkin {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('uuid') session_id!: string;
  @Column('uuid') user_id!: string;
  @Column('text') body!: string;
  @Column('text', { nullable: true }) coaching!: string | null;
  /** The run that coached. */
  @Column('uuid', { nullable: true }) run_id!: string | null;
  /** The models that wrote the coaching. */
  @Column('text', { array: true, default: [] }) models!: string[];
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
