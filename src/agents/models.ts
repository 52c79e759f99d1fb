import { Inject, Injectable } from '@nestjs/common';
import OpenAI from 'openai';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { AppError, invalid } from '../http/app-error.js';

const DEADLINE_MS = 3000;
const KEPT_MS = 60_000;

/** The models that a version or a binding may name: the roles, what is configured, and what the provider lists. */
@Injectable()
export class Models {
  private readonly openai: OpenAI;
  private readonly configured: readonly string[];
  private listed: { until: number; names: Promise<Set<string>> } | undefined;

  constructor(@Inject(ENVIRONMENT) env: Environment) {
    this.configured = ['reasoning', 'fast', env.OPENAI_REASONING_MODEL, env.OPENAI_FAST_MODEL];
    this.openai = new OpenAI({
      apiKey: env.OPENAI_API_KEY ?? 'none',
      ...(env.OPENAI_BASE_URL ? { baseURL: env.OPENAI_BASE_URL } : {}),
      maxRetries: 0,
    });
  }

  /** Refuses a name that nobody knows; `field` is where it stood. */
  async mustKnow(model: string, field: string): Promise<void> {
    if (this.configured.includes(model)) return;
    const names = await this.ofProvider().catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError('unavailable', `The model provider could not be asked for its models: ${why}`);
    });
    if (!names.has(model)) throw invalid(field, `unknown model ${JSON.stringify(model)}`);
  }

  private ofProvider(): Promise<Set<string>> {
    if (this.listed && this.listed.until > Date.now()) return this.listed.names;
    const names = this.ask();
    const listed = { until: Date.now() + KEPT_MS, names };
    this.listed = listed;
    names.catch(() => {
      if (this.listed === listed) this.listed = undefined;
    });
    return names;
  }

  private async ask(): Promise<Set<string>> {
    const names = new Set<string>();
    const signal = AbortSignal.timeout(DEADLINE_MS);
    for await (const { id } of this.openai.models.list({ signal })) names.add(id);
    return names;
  }
}
