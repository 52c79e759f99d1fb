import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** A text of 1 MB in JSON, with every character escaped, and some room for the rest. */
const LARGE_BODY_BYTES = 2_359_296;

/** Marks a route that takes long texts. */
export const LargeBody = () => RouteConfig({ large_body: true });

/** Call it before any route is added: each route gets its limit as it is added. */
export function allowLargeBodies(server: FastifyInstance, ordinary: number): void {
  server.addHook('onRoute', (route) => {
    const { large_body } = (route.config ?? {}) as { large_body?: boolean };
    if (large_body) route.bodyLimit = Math.max(ordinary, LARGE_BODY_BYTES);
  });
}
