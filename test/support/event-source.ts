import { expect, vi } from 'vitest';
import type { Caller, Json } from './caller.js';

export interface Message {
  id: string;
  type: string;
  data: Json;
}

/** A client of the stream that keeps all it was sent. */
export class EventSource {
  readonly events: Message[] = [];
  /** The message before the first event: the position of the stream, or that it cannot continue from the given one. */
  greeting: Message | undefined;
  lastId = '';
  ended = false;
  private readonly controller = new AbortController();

  static async open(api: Caller, query = '', lastId?: string): Promise<EventSource> {
    const source = new EventSource();
    const response = await fetch(`${api.url}/api/agent-runs/stream${query}`, {
      headers: { authorization: `Bearer ${api.key}`, ...(lastId ? { 'last-event-id': lastId } : {}) },
      signal: source.controller.signal,
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    void source.read(response.body as unknown as AsyncIterable<Uint8Array>);
    if (!lastId)
      await vi.waitFor(() => expect(source.lastId).not.toBe(''), { timeout: 10_000, interval: 10 });
    return source;
  }

  close(): void {
    this.controller.abort();
  }

  private async read(body: AsyncIterable<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // An aborted read ends like a closed one.
    }
    this.ended = true;
  }

  private take(block: string): void {
    const field = (name: string) => block.match(new RegExp(`^${name}: (.*)$`, 'm'))?.[1];
    const id = field('id');
    if (id === undefined) return;
    this.lastId = id;
    const message = { id, type: field('event') ?? '', data: JSON.parse(field('data') ?? 'null') };
    if (message.type === 'ready' || message.type === 'position_expired') this.greeting = message;
    else this.events.push(message);
  }
}
