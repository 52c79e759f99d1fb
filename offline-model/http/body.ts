import type { IncomingMessage } from 'node:http';
import { WireError } from './errors.js';

const LARGEST_BODY = 20 * 1024 * 1024;
/** The server reads this much of a refused body, so that the caller gets to see the answer. */
const LARGEST_DRAIN = 4 * LARGEST_BODY;

/** The body as text; a larger one is read to its end and thrown away. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY) chunks.push(chunk);
    else chunks.length = 0;
    if (size > LARGEST_DRAIN) break;
  }
  if (size > LARGEST_BODY) throw new WireError('tooLarge', { headers: { connection: 'close' } });
  return Buffer.concat(chunks).toString('utf8');
}

export function parseBody(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // Falls through to the same answer as a body that is no object.
  }
  throw new WireError('notJson');
}
