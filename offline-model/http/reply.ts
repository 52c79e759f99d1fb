import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { WireError } from './errors.js';

/** An endpoint's answer: one JSON body, or a stream of server-sent events already in wire form. */
export type Reply = { json: unknown } | { events: Iterable<string> };

/** The ways in which the sending itself goes wrong. */
export type Damage = 'cut' | 'malformed' | undefined;

const FRAMES_PER_WRITE = 16;

export function sendError(response: ServerResponse, error: WireError): void {
  if (response.headersSent) response.destroy();
  else sendJson(response, error.status, JSON.stringify(error.body), error.headers);
}

function sendJson(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const body = Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': body.length,
    ...headers,
  });
  response.end(body);
}

/** Sends half of a body whose whole length was announced, then breaks the connection. */
function cutJson(response: ServerResponse, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

async function sendEvents(response: ServerResponse, events: string[], damage: Damage): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const half = Math.max(1, Math.floor(events.length / 2));
  const sent = damage === undefined ? events : events.slice(0, half);
  for (let at = 0; at < sent.length && !response.destroyed; at += FRAMES_PER_WRITE) {
    const more = response.write(sent.slice(at, at + FRAMES_PER_WRITE).join(''));
    if (!more) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  if (damage === undefined) response.end();
  else if (damage === 'malformed') response.end('data: {"broken\n\n');
  else response.write(': cut\n\n', () => response.destroy());
}

export async function send(response: ServerResponse, reply: Reply, damage: Damage): Promise<void> {
  if ('events' in reply) return sendEvents(response, [...reply.events], damage);
  const text = JSON.stringify(reply.json);
  if (damage === 'cut') cutJson(response, text);
  else sendJson(response, 200, damage === 'malformed' ? text.slice(0, Math.floor(text.length / 2)) : text);
}
