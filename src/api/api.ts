import helmet from '@fastify/helmet';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Logger as NestLogger } from 'nestjs-pino';
import { BadSettings, type Environment } from '../platform/config/environment.js';
import { createLogger } from '../platform/config/logger.js';
import { allowLargeBodies } from '../platform/http/large-body.js';
import { problem, toAppError } from '../platform/http/problem.filter.js';
import { validationPipe } from '../platform/http/validation.js';
import { allowWebUi } from '../platform/payloads/web-ui-origin.js';
import { payloadCodec, warnUnlessSealed } from '../platform/temporal/data-converter.js';
import { AppModule } from './app.module.js';
import { serveDocs } from './openapi.js';

/** The API, made but not yet listening. */
export async function createApi(env: Environment): Promise<NestFastifyApplication> {
  if (!env.DATABASE_URL) throw new BadSettings('DATABASE_URL: is needed');
  const logger = createLogger(env, 'api');
  warnUnlessSealed(payloadCodec(env), logger);
  const adapter = new FastifyAdapter({
    bodyLimit: env.API_BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    trustProxy: env.API_TRUSTED_PROXIES ?? false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
      const answer = toAppError(error);
      void reply
        .status(answer.status)
        .header('content-type', 'application/problem+json')
        .send(problem(answer));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(env, logger), adapter, {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  const parseJson = adapter.getInstance().getDefaultJsonParser('error', 'ignore');
  adapter.useBodyParser(
    'application/json',
    false,
    { bodyLimit: env.API_BODY_LIMIT_BYTES },
    (request, body, done) => {
      // Clients name the type of a body that they leave out; the parser itself refuses what could harm.
      if (body.length === 0) done(null, undefined);
      else void parseJson(request, body.toString(), done);
    },
  );
  adapter.getInstance().removeContentTypeParser('text/plain');
  allowWebUi(adapter.getInstance(), env);
  allowLargeBodies(adapter.getInstance(), env.API_BODY_LIMIT_BYTES);
  app.useLogger(app.get(NestLogger));
  app.useGlobalPipes(validationPipe);
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
      },
    },
  });
  serveDocs(app);
  app.enableShutdownHooks();
  return app;
}
