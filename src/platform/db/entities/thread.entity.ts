import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Channel, MessageRole } from '../../../../workflows/contract/thread.js';

@Entity('threads')
export class Thread {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('text') channel!: Channel;
  @Column('text') title!: string;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
}

/** Something that happened, kept as it came; it refers to what was saved with it. */
@Entity('raw_events')
export class RawEvent {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('uuid', { nullable: true }) user_id!: string | null;
  @Column('text') kind!: string;
  @Column('uuid', { nullable: true }) thread_id!: string | null;
  @Column('jsonb') data!: Record<string, unknown>;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}

@Entity('messages')
export class Message {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  @Column('uuid') thread_id!: string;
  @Column('uuid') raw_event_id!: string;
  @Column('text') role!: MessageRole;
  @Column('text') body!: string;
  @Column('jsonb') metadata!: Record<string, unknown>;
  /** Null for a message that no person wrote. */
  @Column('uuid', { nullable: true }) author_id!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
