import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { declareProblems, problemSchema } from '../platform/http/declare-problems.js';
import { ComponentSchemas } from './component-schemas.js';
import { shareParameters } from './shared-parameters.js';

/** The description of every endpoint, made from the routes and their schemas. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Nightshift')
    .setDescription('Self-hosted background AI agents that a team can trust.')
    .setVersion('0.1.0')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `Bearer nsk_…`' })
    .build();
  const schemas = new ComponentSchemas();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (_, method) => method,
    standardSchemaConverter: (schema, { schemaType }) => schemas.convert(schema, schemaType),
  });
  const problem = schemas.convert(problemSchema, 'output');
  document.components = {
    ...document.components,
    schemas: inOrder({ ...document.components?.schemas, ...problem?.components }),
  };
  declareProblems(document);
  shareParameters(document);
  return document;
}

function inOrder<T>(byName: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(byName).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The answer at `/`, for a person who opens the address of the API itself. */
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
