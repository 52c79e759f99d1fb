import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { logChange } from '../audit-log/change-log.store.js';
import type { Principal } from '../auth/principal.js';
import { ENVIRONMENT } from '../config/config.module.js';
import { type Environment, isSet } from '../config/environment.js';
import type { SettingRow } from '../db/entities/setting.entity.js';
import { AppError, type FieldError } from '../http/app-error.js';
import { lock } from '../locks/advisory-lock.store.js';
import { isSecret, type OperationalName, OVERRIDABLE, purposeOf, SECRETS } from './operational.js';
import { keepOverride, readOverrides } from './override.store.js';
import { holds } from './overrides.js';
import { RuntimeSettings } from './runtime-settings.js';
import type { SettingsChange } from './settings.dto.js';

/** Shows a server administrator the operational settings, and changes them while everything runs. */
@Injectable()
export class SettingsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    @Inject(ENVIRONMENT) private readonly env: Environment,
    private readonly runtime: RuntimeSettings,
  ) {}

  async list() {
    const overrides = new Map((await readOverrides(this.db)).map((row) => [row.name, row]));
    return { settings: [...OVERRIDABLE, ...SECRETS].map((name) => this.present(name, overrides.get(name))) };
  }

  /** Changes all settings or none; each names the version that its caller saw. */
  async change(caller: Principal, { settings }: SettingsChange) {
    await this.db.transaction(async (tx) => {
      await lock(tx, 'settings');
      const overrides = new Map((await readOverrides(tx)).map((row) => [row.name, row]));
      mustBeSeen(settings, overrides);
      for (const [name, { value }] of Object.entries(settings)) {
        const before = overrides.get(name)?.value ?? null;
        if (value === null && before === null) continue;
        await keepOverride(tx, { name, value, changed_by: caller.user_id });
        await logChange(tx, {
          organisation_id: null,
          changed_by: caller.user_id,
          subject: 'setting',
          subject_id: name,
          before,
          after: value,
        });
      }
    });
    const changed = await this.list();
    await this.runtime.refresh();
    return changed;
  }

  private present(name: OperationalName, override: SettingRow | undefined) {
    const secret = isSecret(name);
    const environment_value = this.env[name] ?? null;
    const overridden = override !== undefined && holds(override);
    const value = overridden ? override.value : environment_value;
    return {
      name,
      purpose: purposeOf(name),
      value: secret ? null : value,
      set: value !== null,
      secret,
      origin: overridden ? 'override' : isSet(name) ? 'environment' : 'default',
      environment_value: secret ? null : environment_value,
      takes_effect: secret ? 'at the next start' : 'at once',
      version: override?.version ?? 0,
      changed_by: override?.changed_by ?? null,
      changed_at: override?.changed_at ?? null,
    };
  }
}

function mustBeSeen(settings: SettingsChange['settings'], overrides: Map<string, SettingRow>): void {
  const errors: FieldError[] = Object.entries(settings).flatMap(([name, { version }]) => {
    const now = overrides.get(name)?.version ?? 0;
    if (version === now) return [];
    return [{ field: `settings.${name}.version`, message: `${name} is at version ${now} now; send that` }];
  });
  if (errors.length > 0)
    throw new AppError('version_conflict', errors.map(({ message }) => message).join('. '), errors);
}
