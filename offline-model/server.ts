import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Calls } from './calls.js';
import { serveControl } from './control.js';
import { modelList, SERVE } from './endpoints.js';
import { parseBody, readBody } from './http/body.js';
import { WireError } from './http/errors.js';
import { send, sendError } from './http/reply.js';
import type { Directive } from './misbehaviour/directive.js';
import { MISBEHAVE_HEADER, Misbehaviour } from './misbehaviour/misbehaviour.js';
import type { Endpoint } from './misbehaviour/script.js';

export interface OfflineModel {
  /** Base URL for a client of OpenAI's API. */
  url: string;
  port: number;
  close(): Promise<void>;
}

const PATHS: Record<string, Endpoint | 'models'> = {
  '/v1/responses': 'responses',
  '/v1/chat/completions': 'chat',
  '/v1/embeddings': 'embeddings',
  '/v1/images/generations': 'images',
  '/v1/models': 'models',
};

const FAILURES = {
  quota: 'noQuota',
  '500': 'failed',
  '503': 'overloaded',
  '401': 'badKey',
  '400': 'rejected',
} as const;
const KEEP_ALIVE_MS = 65_000;

/** The error that a directive asks for, if it asks for one. */
function failureOf(directive: Directive): WireError | undefined {
  const { mode, retryAfter } = directive;
  const headers: Record<string, string> =
    retryAfter === undefined
      ? {}
      : { 'retry-after': String(retryAfter), 'retry-after-ms': String(Math.round(retryAfter * 1000)) };
  if (mode === '429') return new WireError('rateLimited', { headers });
  return mode in FAILURES ? new WireError(FAILURES[mode as keyof typeof FAILURES], { headers }) : undefined;
}

function checkKey(request: IncomingMessage): void {
  const key = /^Bearer\s+(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  if (!key) throw new WireError('noKey');
  if (key === 'invalid') throw new WireError('badKey');
}

/** Ends when the caller hangs up, so that nothing is computed for nobody. */
function hangUp(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

/** Receives each request's id and body; this server keeps neither. */
type Heard = (id: string, body: string) => void;

class Listener {
  readonly #heard: Heard | undefined;
  readonly #calls = new Calls();
  readonly #misbehaviour = new Misbehaviour();

  constructor(heard?: Heard) {
    this.#heard = heard;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = `req_${randomBytes(16).toString('hex')}`;
    for (const [name, value] of [
      ['x-request-id', id],
      ['x-nightshift-model', 'offline'],
      ['openai-version', '2020-10-01'],
    ] as const)
      response.setHeader(name, value);
    try {
      await this.#route(request, response, id);
    } catch (error) {
      if (response.destroyed) return;
      if (!(error instanceof WireError)) process.stderr.write(`offline model: ${String(error)}\n`);
      sendError(response, error instanceof WireError ? error : new WireError('failed'));
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    const method = request.method ?? 'GET';
    const path = (request.url ?? '/').replace(/\?.*$/s, '').replace(/(?<=.)\/$/, '');
    if (path.startsWith('/_offline/')) {
      const control = { calls: this.#calls, script: this.#misbehaviour.script };
      return serveControl(control, method, path, async () => parseBody(await readBody(request)), response);
    }
    const endpoint = PATHS[path];
    if (!endpoint) throw new WireError('unknownPath', { words: `${method} ${path}` });
    const allowed = endpoint === 'models' ? 'GET' : 'POST';
    if (method !== allowed)
      throw new WireError('wrongMethod', { words: `${method} on ${path}`, headers: { allow: allowed } });
    if (endpoint !== 'models') return this.#ask(endpoint, request, response, id);
    checkKey(request);
    await send(response, { json: modelList() }, undefined);
  }

  async #ask(
    endpoint: Endpoint,
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
  ): Promise<void> {
    const call = this.#calls.begin(id, endpoint);
    response.once('close', () => {
      call.status = response.headersSent ? response.statusCode : 0;
    });
    checkKey(request);
    const signal = hangUp(response);
    const text = await readBody(request);
    this.#heard?.(id, text);
    call.input_digest = createHash('sha256').update(text).digest('hex');
    const body = parseBody(text);
    const header = request.headers[MISBEHAVE_HEADER]?.toString();
    const directive = this.#misbehaviour.next(endpoint, header, text, call.input_digest);
    if (directive) this.#calls.misbehave(call, directive.mode);
    const failure = directive && failureOf(directive);
    if (directive?.ms !== undefined) await wait(directive.ms, undefined, { signal });
    if (failure) throw failure;
    const { reply, damage } = await SERVE[endpoint]({ body, directive, signal });
    await send(response, reply, damage);
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Starts the offline model; port 0 takes a free one. */
export async function createOfflineModel(
  options: { port?: number; host?: string; heard?: Heard } = {},
): Promise<OfflineModel> {
  const { port = 0, host = '127.0.0.1' } = options;
  const listener = new Listener(options.heard);
  const server = createServer((request, response) => void listener.serve(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const taken = (server.address() as AddressInfo).port;
  return { url: `http://${host}:${taken}/v1`, port: taken, close: () => close(server) };
}
