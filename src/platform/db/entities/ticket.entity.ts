import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RelationKind, TicketStatus } from '../../../../workflows/contract/ticket.js';

@Entity('tickets')
export class Ticket {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') project_id!: string;
  /** Counted in the organisation, without gaps; the key is `TCK-` and this. */
  @Column('integer') number!: number;
  @Column('text') title!: string;
  @Column('text') body!: string;
  @Column('text') status!: TicketStatus;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) status_since!: Date;
  @Column('text', { array: true }) labels!: string[];
  @Column('uuid', { nullable: true }) assignee_id!: string | null;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) created_at!: Date;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) updated_at!: Date;
  @Column('timestamptz', { nullable: true }) closed_at!: Date | null;
}

@Entity('ticket_relations')
export class TicketRelation {
  @PrimaryColumn('uuid') ticket_id!: string;
  @PrimaryColumn('text') kind!: RelationKind;
  @PrimaryColumn('uuid') other_id!: string;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('uuid', { nullable: true }) run_id!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}

@Entity('ticket_comments')
export class TicketComment {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') ticket_id!: string;
  @Column('text') body!: string;
  @Column('uuid', { nullable: true }) author_id!: string | null;
  @Column('uuid', { nullable: true }) run_id!: string | null;
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date;
}
