import { environmentSchema } from '../../src/platform/config/environment.js';
import { freePorts } from '../../stack/free-ports.js';

/** The differences from a plain `npm start`, which the report lists. */
export const changed = {
  LOG_LEVEL: 'warn',
  API_RATE_LIMIT_PER_MINUTE: '1000000',
  OPERATING_BACKGROUND_ENABLED: 'false',
};

const portNames = [
  'NIGHTSHIFT_PORT',
  'NIGHTSHIFT_POSTGRES_PORT',
  'NIGHTSHIFT_TEMPORAL_PORT',
  'NIGHTSHIFT_TEMPORAL_UI_PORT',
  'NIGHTSHIFT_MODEL_PORT',
];

/** The machine's environment, with nothing that a person has set for the product. */
export async function ownSource(): Promise<NodeJS.ProcessEnv> {
  const settings = new Set(Object.keys(environmentSchema.shape));
  const machine = Object.entries(process.env).filter(([name]) => !settings.has(name));
  const ports = await freePorts(portNames.length);
  const own = portNames.map((name, index) => [name, String(ports[index])]);
  return { ...Object.fromEntries(machine), ...changed, ...Object.fromEntries(own) };
}
