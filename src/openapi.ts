import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

/** The description of every endpoint, made from the routes and their schemas. */
export function describeApi(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Nightshift')
    .setDescription('Self-hosted background AI agents that a team can trust.')
    .setVersion('0.1.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key: `Bearer nsk_…`' })
    .build();
  return SwaggerModule.createDocument(app, config);
}

/** The parts of the page would stand among the docs of a project; so it has a place of its own. */
export function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('api/reference', app, () => describeApi(app), { jsonDocumentUrl: 'api/openapi.json' });
  const server = app.getHttpAdapter();
  server.get('/api/docs', (_: unknown, reply: FastifyReply) => void reply.redirect('/api/reference'));
}
