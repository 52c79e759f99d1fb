import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { declareProblems } from '../platform/http/declare-problems.js';

/** The description of every endpoint, made from the routes and their schemas. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Nightshift')
    .setDescription('Self-hosted background AI agents that a team can trust.')
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `Bearer nsk_…`' })
    .build();
  const document = SwaggerModule.createDocument(app, config);
  admitNulls(document.paths);
  declareProblems(document);
  return document;
}

/** In OpenAPI 3.0 `nullable` admits null only beside a `type`, and only where a list of values holds null too. */
function admitNulls(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  const schema = part as Record<string, unknown>;
  if (schema.nullable === true) {
    if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...schema.enum, null];
    for (const choice of ['anyOf', 'oneOf']) {
      const branches = schema[choice];
      if (!Array.isArray(branches) || 'type' in schema) continue;
      schema[choice] = [...branches, { type: 'string', nullable: true, enum: [null] }];
      delete schema.nullable;
    }
  }
  for (const inner of Object.values(schema)) admitNulls(inner);
}

/** What stands at `/`, for a person who opens the address of the API itself. */
const POINTERS = {
  name: 'Nightshift',
  reference: '/api/docs',
  openapi: '/api/openapi.json',
  health: '/api/health/ready',
};

/** The parts of the page would stand among the docs of a project; so it has a place of its own. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('api/reference', app, () => describeApi(app), { jsonDocumentUrl: 'api/openapi.json' });
  const server = app.getHttpAdapter();
  server.get('/api/docs', (_: unknown, reply: FastifyReply) => void reply.redirect('/api/reference'));
  server.get('/', (_: unknown, reply: FastifyReply) => void reply.send(POINTERS));
}
