import { join } from 'node:path';
import type { Environment } from '../src/platform/config/environment.js';
import { databaseOf } from './postgres.js';
import { readJson } from './private-file.js';
import { payloadKeys, signingKeys } from './secrets.js';

/** Adds the settings that `npm start` gives its own parts, for commands that run beside it on the same host. */
export function withSettingsOfHome(env: Environment, home: string): Environment {
  const port = readJson(join(home, 'ports.json'))?.NIGHTSHIFT_TEMPORAL_PORT;
  const database = env.DATABASE_URL ?? databaseOf(home) ?? undefined;
  const ownDatabase = !env.DATABASE_URL && database !== undefined;
  const ownTemporal = !env.TEMPORAL_ADDRESS && typeof port === 'number';
  return {
    ...env,
    ...(ownDatabase
      ? { DATABASE_URL: database, AUDIT_SIGNING_KEYS: signingKeys(home, env.AUDIT_SIGNING_KEYS) }
      : {}),
    ...(ownTemporal
      ? {
          TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
          TEMPORAL_PAYLOAD_KEYS: payloadKeys(home, env.TEMPORAL_PAYLOAD_KEYS),
        }
      : {}),
  };
}
