import { setTimeout as wait } from 'node:timers/promises';
import { Stopped } from './stopped.js';

/** Speaks to the API with a key; one that has used its requests of the minute waits for the next. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly key: string,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.send('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.send('POST', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.send('PATCH', path, body);
  }

  /** Yields every page of a list, the newest first. */
  async *pages<T>(path: string, name: string): AsyncGenerator<T> {
    for (let before: string | null | undefined; before !== null; ) {
      const page: Record<string, unknown> = await this.get(
        `${path}${path.includes('?') ? '&' : '?'}limit=200${before ? `&before=${before}` : ''}`,
      );
      yield* page[name] as T[];
      before = page.next_before as string | null;
    }
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    for (;;) {
      const response = await this.ask(method, path, body);
      const text = await response.text();
      if (response.ok) return JSON.parse(text) as T;
      if ([401, 403].includes(response.status)) throw new Stopped(wordsOf(response.status, text));
      if (response.status !== 429) throw new Error(wordsOf(response.status, text));
      await wait(1000 * Number(response.headers.get('retry-after') ?? 1));
    }
  }

  private async ask(method: string, path: string, body: unknown): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      return await fetch(new URL(path, this.url), {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Stopped(`${this.url} cannot be reached`, { cause: error });
    }
  }
}

function wordsOf(status: number, text: string): string {
  try {
    const { title, detail } = JSON.parse(text) as { title: string; detail: string };
    return title === detail ? title : `${title}: ${detail}`;
  } catch {
    return `the server answered ${status}`;
  }
}
