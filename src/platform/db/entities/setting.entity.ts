import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('settings')
export class SettingRow {
  @PrimaryColumn('text') name!: string;
  /** Null if the override was taken back; the row stays, so that versions never begin again. */
  @Column('jsonb', { nullable: true }) value!: unknown;
  @Column('integer', { default: 1 }) version!: number;
  @Column('uuid', { nullable: true }) changed_by!: string | null;
  @Column('timestamptz', { default: () => 'now()' }) changed_at!: Date;
}
