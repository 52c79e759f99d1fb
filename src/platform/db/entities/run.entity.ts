import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RunError } from '../../../../workflows/contract/errors.js';
import type { Progress } from '../../../../workflows/contract/run.js';
import type { RunEventType, RunStatus } from '../../../../workflows/contract/run-state.js';
import type { SettingsOverride } from '../../../../workflows/contract/version.js';
import type { WaitReason } from '../../../../workflows/contract/wait-reasons.js';

interface Usage {
  model_calls: number;
  input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
  models: string[];
}

@Entity('agent_runs')
export class AgentRun {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid', { nullable: true }) project_id!: string | null;
  @Column('uuid', { nullable: true }) user_id!: string | null;
  @Column('text') agent!: string;
  @Column('text') trigger!: string;
  @Column('text', { nullable: true }) target_type!: string | null;
  @Column('text', { nullable: true }) target_id!: string | null;
  @Column('jsonb') input!: unknown;
  @Column('smallint') priority!: number;
  @Column('text', { array: true }) labels!: string[];
  @Column('integer') timeout_seconds!: number;
  @Column('uuid', { nullable: true }) parent_run_id!: string | null;
  @Column('uuid', { nullable: true }) rerun_of!: string | null;
  @Column('text', { nullable: true }) idempotency_key!: string | null;
  @Column('bytea', { nullable: true }) request_hash!: Buffer | null;
  @Column('text') status!: RunStatus;
  @Column('jsonb', { nullable: true }) wait_reason!: WaitReason | null;
  @Column('jsonb', { nullable: true }) progress!: Progress | null;
  @Column('jsonb', { nullable: true }) result!: unknown;
  @Column('jsonb', { nullable: true }) error!: RunError | null;
  @Column('jsonb', { nullable: true }) usage!: Usage | null;
  @Column('integer', { default: 0 }) attempt!: number;
  @Column('integer', { default: 0 }) event_seq!: number;
  @Column('text', { nullable: true }) worker!: string | null;
  @Column('text', { nullable: true }) temporal_run_id!: string | null;
  @Column('timestamptz') created_at!: Date;
  @Column('timestamptz', { nullable: true }) dispatched_at!: Date | null;
  @Column('timestamptz', { nullable: true }) started_at!: Date | null;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
  @Column('timestamptz', { nullable: true }) cancel_requested_at!: Date | null;
  @Column('uuid', { nullable: true }) cancel_requested_by!: string | null;
  @Column('timestamptz', { nullable: true }) cancel_sent_at!: Date | null;
  @Column('timestamptz', { nullable: true }) checked_at!: Date | null;
  @Column('timestamptz', { nullable: true }) archived_at!: Date | null;
  /** The version it keeps to, and that version's number. */
  @Column('uuid', { nullable: true }) agent_version_id!: string | null;
  @Column('integer', { nullable: true }) agent_version!: number | null;
  /** The overrides of the bindings at admission. */
  @Column('jsonb', { default: {} }) settings!: SettingsOverride;
  @Column('uuid', { nullable: true }) schedule_id!: string | null;
  @Column('timestamptz', { nullable: true }) tick_at!: Date | null;
  /** The run does not start before this time. */
  @Column('timestamptz', { nullable: true }) due_at!: Date | null;
  /** The sweep leaves the run alone until then: another replica works on it, or Temporal refused it. */
  @Column('timestamptz', { nullable: true }) sweep_after!: Date | null;
  @Column('smallint', { default: 0 }) sweep_tries!: number;
  /** The build for which the run began again, because its flow had changed. */
  @Column('text', { nullable: true }) restarted_for!: string | null;
}

@Entity('agent_run_events')
export class AgentRunEvent {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('integer') seq!: number;
  @Column('text') type!: RunEventType;
  @Column('timestamptz') at!: Date;
  @Column('text') status!: RunStatus;
  @Column('integer') attempt!: number;
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('uuid') organisation_id!: string;
  @Column('uuid', { nullable: true }) user_id!: string | null;
  @Column('text') written_by!: string;
}

@Entity('agent_run_attempts')
export class AgentRunAttempt {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('integer') number!: number;
  @Column('text') status!: string;
  @Column('text') worker!: string;
  @Column('timestamptz') started_at!: Date;
  @Column('timestamptz', { nullable: true }) finished_at!: Date | null;
  @Column('jsonb', { nullable: true }) error!: RunError | null;
}

@Entity('agent_run_effects')
export class AgentRunEffect {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('text') key!: string;
  @Column('jsonb') data!: unknown;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}

@Entity('agent_run_files')
export class AgentRunFile {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('text') path!: string;
  @Column('bytea') content!: Buffer;
  @Column('text') content_type!: string;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}

@Entity('agent_run_model_calls')
export class AgentRunModelCall {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('text') key!: string;
  @Column('text') kind!: 'respond' | 'embed';
  @Column('integer') tries!: number;
  @Column('text') requested_model!: string;
  @Column('text', { nullable: true }) model!: string | null;
  @Column('text') status!: 'answered' | 'failed';
  @Column('bigint', { default: 0 }) input_tokens!: string;
  @Column('bigint', { default: 0 }) output_tokens!: string;
  @Column('numeric', { precision: 14, scale: 6, nullable: true }) cost_usd!: string | null;
  @Column('integer') duration_ms!: number;
  @Column('text', { nullable: true }) request_id!: string | null;
  @Column('jsonb', { nullable: true }) response!: unknown;
  /** The part of the facts that the delivery needs. */
  @Column('jsonb', { nullable: true }) facts!: unknown;
  @Column('jsonb', { nullable: true }) error!: unknown;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}

@Entity('agent_run_histories')
export class AgentRunHistory {
  @PrimaryColumn('uuid') run_id!: string;
  @PrimaryColumn('text') temporal_run_id!: string;
  @Column('integer') events!: number;
  @Column('bytea') history!: Buffer;
  @Column('timestamptz', { default: () => 'now()' }) archived_at!: Date;
}
