import type { FastifyInstance } from 'fastify';
import type { Environment } from '../config/environment.js';

const CODEC = '/api/temporal/codec/';

/** Pages of the Temporal Web UI may ask the codec, and nothing else here; pages of any other origin may not. */
export function allowWebUi(server: FastifyInstance, { TEMPORAL_UI_URL }: Environment): void {
  if (TEMPORAL_UI_URL === undefined) return;
  const { origin } = new URL(TEMPORAL_UI_URL);
  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith(CODEC) || request.headers.origin !== origin) return;
    reply.header('access-control-allow-origin', origin).header('vary', 'Origin');
    if (request.method !== 'OPTIONS') return;
    await reply
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'authorization, content-type, x-namespace')
      .header('access-control-max-age', '600')
      .status(204)
      .send();
  });
}
