import { expect, vi } from 'vitest';
import { undeclared } from './declared.js';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field.
export type Json = any;

export interface Answer {
  status: number;
  body: Json;
  headers: Headers;
}

const ENDED = ['completed', 'failed', 'timed_out', 'cancelled', 'skipped'];

/**
 * Calls the API over real HTTP, as its users do, and refuses every answer that the OpenAPI document does not declare.
 */
export class Caller {
  constructor(
    readonly url: string,
    readonly key: string,
    private readonly broken = false,
  ) {}

  /** While a test has broken a part on purpose: nothing declares the 500 that a defect answers with. */
  get whileBroken(): Caller {
    return new Caller(this.url, this.key, true);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body, headers);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.key ? { authorization: `Bearer ${this.key}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const parsed = /[/+]json(;|$)/.test(type) ? JSON.parse(text) : text;
    const wrong = undeclared(method, path, { status: response.status, type, body: parsed });
    if (wrong && !(this.broken && parsed.code === 'internal')) throw new Error(wrong);
    return { status: response.status, body: parsed, headers: response.headers };
  }

  /** Starts a run and answers with it as admitted. */
  async start(request: object, headers: Record<string, string> = {}): Promise<Json> {
    const answer = await this.post('/api/agent-runs', request, headers);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body.agent_runs[0];
  }

  async run(id: string): Promise<Json> {
    return (await this.get(`/api/agent-runs/${id}`)).body;
  }

  async events(id: string): Promise<Json[]> {
    return (await this.get(`/api/agent-runs/${id}/events`)).body.events;
  }

  /** Waits until the run has ended. */
  async ended(id: string, timeout = 45_000): Promise<Json> {
    return vi.waitFor(
      async () => {
        const run = await this.run(id);
        expect(ENDED, JSON.stringify(run)).toContain(run.status);
        return run;
      },
      { timeout, interval: 50 },
    );
  }

  async until(id: string, holds: (run: Json) => boolean, timeout = 45_000): Promise<Json> {
    return vi.waitFor(
      async () => {
        const run = await this.run(id);
        expect(holds(run), JSON.stringify(run)).toBe(true);
        return run;
      },
      { timeout, interval: 30 },
    );
  }
}
