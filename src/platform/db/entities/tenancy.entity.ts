import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Role } from '../../auth/roles.js';

@Entity('organisations')
export class Organisation {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') name!: string;
  @Column('text') slug!: string;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

@Entity('users')
export class User {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') email!: string;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

@Entity('memberships')
export class Membership {
  @PrimaryColumn('uuid') organisation_id!: string;
  @PrimaryColumn('uuid') user_id!: string;
  @Column('text') name!: string;
  @Column('text') role!: Role;
  @Column('boolean', { default: false }) server_admin!: boolean;
  /** A program: a member that is nobody. */
  @Column('boolean', { default: false }) service!: boolean;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
}

@Entity('projects')
export class Project {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('text') name!: string;
  @Column('text', { default: 'UTC' }) time_zone!: string;
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('timestamptz', { nullable: true }) archived_at!: Date | null;
}

@Entity('project_members')
export class ProjectMember {
  @PrimaryColumn('uuid') project_id!: string;
  @Column('uuid') organisation_id!: string;
  @PrimaryColumn('uuid') user_id!: string;
  @Column('timestamptz', { default: () => 'now()' }) added_at!: Date;
}

@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') organisation_id!: string;
  @Column('uuid') user_id!: string;
  @Column('text') name!: string;
  @Column('text') prefix!: string;
  @Column('bytea', { select: false }) hash!: Buffer;
  @Column('text', { array: true }) scopes!: string[];
  @Column('timestamptz', { default: () => 'now()' }) created_at!: Date;
  @Column('uuid', { nullable: true }) created_by!: string | null;
  @Column('timestamptz', { nullable: true }) expires_at!: Date | null;
  @Column('timestamptz', { nullable: true }) last_used_at!: Date | null;
  @Column('timestamptz', { nullable: true }) revoked_at!: Date | null;
}
