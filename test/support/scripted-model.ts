import { createOfflineModel, type OfflineModel } from '../../offline-model/server.js';
import type { Json } from './caller.js';

/** An offline model of one's own, told how to misbehave, and asked how often it was called. */
export class ScriptedModel {
  private constructor(
    private readonly model: OfflineModel,
    private readonly bodies: ReadonlyMap<string, string>,
  ) {}

  static async start(): Promise<ScriptedModel> {
    const bodies = new Map<string, string>();
    const model = await createOfflineModel({ heard: (id, body) => bodies.set(id, body) });
    return new ScriptedModel(model, bodies);
  }

  /** Returns the request with this id, as it came over the wire. */
  heard(request_id: string): Json {
    return JSON.parse(this.bodies.get(request_id) ?? 'null');
  }

  get url(): string {
    return this.model.url;
  }

  misbehave(steps: object[], repeat = false): Promise<Json> {
    return this.send('PUT', 'script', { steps, repeat });
  }

  calls(): Promise<Json> {
    return this.send('GET', 'calls');
  }

  async reset(): Promise<void> {
    await this.send('DELETE', 'script');
    await this.send('DELETE', 'calls');
  }

  close(): Promise<void> {
    return this.model.close();
  }

  private async send(method: string, path: string, body?: object): Promise<Json> {
    const response = await fetch(`http://127.0.0.1:${this.model.port}/_offline/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    if (!response.ok)
      throw new Error(`the offline model answered ${response.status}: ${await response.text()}`);
    return response.headers.get('content-type')?.includes('json') ? response.json() : null;
  }
}
