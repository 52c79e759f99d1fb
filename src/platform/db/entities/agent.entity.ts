import { Column, Entity, PrimaryColumn } from 'typeorm';
import type {
  VersionDefinition,
  VersionOrigin,
  VersionStatus,
} from '../../../../workflows/contract/version.js';

@Entity('agents')
export class Agent {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') key!: string;
  /** Null for the built-in agents, which every organisation has. */
  @Column('uuid', { nullable: true }) organisation_id!: string | null;
  @Column('text') title!: string;
  @Column('text') purpose!: string;
  @Column('boolean') built_in!: boolean;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

@Entity('agent_versions')
export class AgentVersion {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') agent_id!: string;
  @Column('integer') number!: number;
  @Column('text') status!: VersionStatus;
  @Column('text') origin!: VersionOrigin;
  @Column('jsonb') definition!: VersionDefinition;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('uuid', { nullable: true }) published_by!: string | null;
  @Column('timestamptz', { nullable: true }) published_at!: Date | null;
  @Column('timestamptz', { nullable: true }) archived_at!: Date | null;
}
