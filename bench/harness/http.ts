import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

interface HttpAnswer {
  status: number;
  body: string;
}

/** Calls one API with one key, over connections that stay open. */
export class BenchClient {
  readonly #agent = new Agent({ keepAlive: true });

  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async get(path: string): Promise<HttpAnswer> {
    return this.#ask('GET', path);
  }

  async post(path: string, body: unknown): Promise<HttpAnswer> {
    return this.#ask('POST', path, JSON.stringify(body));
  }

  async put(path: string, body: unknown): Promise<HttpAnswer> {
    return this.#ask('PUT', path, JSON.stringify(body));
  }

  /** The answer's head, as soon as it is there. */
  open(path: string, method = 'GET', body?: string): Promise<IncomingMessage> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.url), { method, headers, agent: this.#agent }, resolve);
      call.on('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(method: string, path: string, body?: string): Promise<HttpAnswer> {
    const response = await this.open(path, method, body);
    const answer = { status: response.statusCode ?? 0, body: await text(response) };
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${answer.body.slice(0, 500)}`);
    return answer;
  }
}
