import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { SERVE } from '../../../offline-model/endpoints.js';
import { BENCH_DIMENSIONS, vectorNear } from './random.js';

interface QuickModel {
  url: string;
  close(): Promise<void>;
}

const zero = new Float32Array(BENCH_DIMENSIONS);

/** Answers at once, with vectors from nowhere and no suggestion: what it would take is not what is measured. */
export async function startQuickModel(): Promise<QuickModel> {
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as Record<string, unknown>;
    const answer = request.url?.endsWith('/embeddings') ? embeddings(body) : await nothing(body);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${port}/v1`, close };
}

function embeddings({ input }: Record<string, unknown>): object {
  const data = (input as string[]).map((_, index) => {
    const { buffer } = vectorNear(zero, 1);
    return { object: 'embedding', index, embedding: Buffer.from(buffer).toString('base64') };
  });
  return { object: 'list', data, model: 'quick', usage: { prompt_tokens: 0, total_tokens: 0 } };
}

async function nothing(body: Record<string, unknown>): Promise<unknown> {
  const directive = { mode: 'say', text: '{"suggestions":[]}' } as const;
  const { reply } = await SERVE.responses({ body, directive, signal: new AbortController().signal });
  return 'json' in reply ? reply.json : null;
}
