import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from '@temporalio/client';
import type { Environment } from '../config/environment.js';

type TLSConfig = Exclude<ConnectionOptions['tls'], boolean | null | undefined>;

/**
 * The address and credentials by which the client and the worker reach Temporal: local, over TLS, mTLS, or Temporal
 * Cloud with an API key.
 */
interface TemporalTarget {
  address: string;
  tls?: TLSConfig | boolean;
  apiKey?: string;
}

export async function temporalTarget(env: Environment): Promise<TemporalTarget> {
  const address = env.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';
  const files = env.TEMPORAL_TLS_CA || env.TEMPORAL_TLS_CERT || env.TEMPORAL_TLS_SERVER_NAME;
  const secure = env.TEMPORAL_TLS ?? Boolean(files || env.TEMPORAL_API_KEY);
  const apiKey = env.TEMPORAL_API_KEY ? { apiKey: env.TEMPORAL_API_KEY } : {};
  return secure ? { address, tls: files ? await tlsConfig(env) : true, ...apiKey } : { address, ...apiKey };
}

async function tlsConfig(env: Environment): Promise<TLSConfig> {
  const { TEMPORAL_TLS_CA: ca, TEMPORAL_TLS_CERT: cert, TEMPORAL_TLS_KEY: key } = env;
  return {
    ...(env.TEMPORAL_TLS_SERVER_NAME ? { serverNameOverride: env.TEMPORAL_TLS_SERVER_NAME } : {}),
    ...(ca ? { serverRootCACertificate: await readFile(ca) } : {}),
    ...(cert && key ? { clientCertPair: { crt: await readFile(cert), key: await readFile(key) } } : {}),
  };
}
