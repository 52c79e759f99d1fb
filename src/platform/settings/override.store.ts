import type { DataSource, EntityManager } from 'typeorm';
import { SettingRow } from '../db/entities/setting.entity.js';

export function readOverrides(db: DataSource | EntityManager): Promise<SettingRow[]> {
  return db.getRepository(SettingRow).find();
}

const KEEP_OVERRIDE = `
  INSERT INTO settings (name, value, changed_by) VALUES ($1, $2::jsonb, $3)
  ON CONFLICT (name) DO UPDATE SET value = excluded.value, version = settings.version + 1,
    changed_by = excluded.changed_by, changed_at = now()`;

/** A value of null takes the override back. */
export async function keepOverride(
  tx: EntityManager,
  { name, value, changed_by }: Pick<SettingRow, 'name' | 'value' | 'changed_by'>,
): Promise<void> {
  await tx.query(KEEP_OVERRIDE, [name, value === null ? null : JSON.stringify(value), changed_by]);
}
