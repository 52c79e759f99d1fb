import {
  type Environment,
  missingPayloadKeys,
  missingSigningKeys,
} from '../src/platform/config/environment.js';
import { type Credentials, withdrawUrl, writeCredentials } from './credentials.js';
import { responds } from './node-child.js';
import {
  type StackSettings,
  type StackStart,
  startDatabase,
  startModel,
  startNode,
  startWorkflowServer,
  usesOfflineModel,
} from './parts.js';
import { endOrphans } from './pid-records.js';
import { choosePorts, type PortSetting, type Ports, portRequests, rememberPorts } from './ports.js';
import { together } from './together.js';

export const stopOrder = ['api', 'worker', 'offline-model', 'temporal', 'postgres'];

export interface Started extends Credentials {
  url: string;
  offline_model: boolean;
}

/** Starts what is not external; the same API and worker run against either. */
export async function startStack(start: StackStart): Promise<Started> {
  const { home, source, environment, entries, log, signal } = start;
  if (environment.TEMPORAL_ADDRESS && !environment.TEMPORAL_PAYLOAD_KEYS) throw missingPayloadKeys();
  if (environment.DATABASE_URL && !environment.AUDIT_SIGNING_KEYS) throw missingSigningKeys();
  withdrawUrl(home);
  await endOrphans(home, log);
  const ports = await choosePorts(portRequests(neededPorts(environment), environment, home, source), log);
  rememberPorts(ports, home);

  const [database, temporal, model] = await together(signal, (shared) => {
    const part = { ...start, signal: shared };
    return [startDatabase(part, ports), startWorkflowServer(part, ports), startModel(part, ports)] as const;
  });
  const settings: StackSettings = {
    NIGHTSHIFT_HOME: home,
    ...asText(ports),
    ...database.settings,
    ...temporal,
    ...model,
  };
  const url = apiUrl(environment.NIGHTSHIFT_HOST, ports.NIGHTSHIFT_PORT!);
  const apiReady = () => responds(`${url}/api/health/ready`, (status) => status === 200);
  await together(signal, (shared) => {
    const part = { ...start, signal: shared };
    return [
      startNode(part, 'worker', entries.worker, settings, ({ saidReady }) => saidReady),
      startNode(part, 'api', entries.api, settings, apiReady, url),
    ] as const;
  });

  const credentials = {
    url,
    ...database.identities,
    ...withUi(settings.TEMPORAL_UI_URL ?? environment.TEMPORAL_UI_URL),
    openapi: `${url}/api/openapi.json`,
  };
  writeCredentials(home, credentials);
  return { ...credentials, offline_model: usesOfflineModel(environment) };
}

/** An external part needs no port here. */
function neededPorts(environment: Environment): PortSetting[] {
  const ports: PortSetting[] = ['NIGHTSHIFT_PORT'];
  if (!environment.DATABASE_URL) ports.push('NIGHTSHIFT_POSTGRES_PORT');
  if (!environment.TEMPORAL_ADDRESS) ports.push('NIGHTSHIFT_TEMPORAL_PORT', 'NIGHTSHIFT_TEMPORAL_UI_PORT');
  if (usesOfflineModel(environment)) ports.push('NIGHTSHIFT_MODEL_PORT');
  return ports;
}

/** An API that listens everywhere is reached on this machine by its loopback address. */
function apiUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

const asText = (ports: Partial<Ports>): StackSettings =>
  Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, String(port)]));

const withUi = (temporal_ui: string | undefined) => (temporal_ui ? { temporal_ui } : {});
