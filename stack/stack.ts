/** Anything that was started and can be stopped. */
export interface Service {
  stop(): Promise<void>;
  restart?(): Promise<void>;
}

/** Stops the started parts in one fixed order, whatever the order of the starts was. */
export class Stack {
  readonly #services = new Map<string, Service>();

  constructor(
    readonly stopOrder: readonly string[],
    readonly log: (line: string) => void,
  ) {}

  hold<T extends Service>(name: string, service: T): T {
    if (!this.stopOrder.includes(name)) throw new Error(`the stop order lacks ${name}`);
    this.#services.set(name, service);
    return service;
  }

  async stop(): Promise<void> {
    for (const name of this.stopOrder) {
      const service = this.#services.get(name);
      if (service === undefined) continue;
      const began = performance.now();
      try {
        await service.stop();
        this.log(`${name} stopped in ${inSeconds(performance.now() - began)}`);
      } catch (error) {
        this.log(error instanceof Error ? error.message : String(error));
      }
      this.#services.delete(name);
    }
  }

  async restart(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#services.get(name)?.restart?.()));
  }
}

export const inSeconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
