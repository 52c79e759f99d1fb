import { Injectable } from '@nestjs/common';
import type OpenAI from 'openai';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { currentProvider } from '../../platform/settings/provider.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';

const DEADLINE_MS = 3000;
const KEPT_MS = 60_000;

/** The models that a version or a binding may name: the roles, what is configured, and what the provider lists. */
@Injectable()
export class Models {
  private readonly provider: ReturnType<typeof currentProvider>;
  private listed: { of: OpenAI; until: number; names: Promise<Set<string>> } | undefined;

  constructor(settings: RuntimeSettings) {
    this.provider = currentProvider(settings);
  }

  /** Refuses a name that nobody knows; `field` is where it stood. */
  async mustKnow(model: string, field: string): Promise<void> {
    const { openai, models } = this.provider();
    if (['reasoning', 'fast', models.reasoning, models.fast].includes(model)) return;
    const names = await this.listedBy(openai).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new AppError('unavailable', `The model provider could not be asked for its models: ${why}`);
    });
    if (!names.has(model)) throw invalid(field, `unknown model ${JSON.stringify(model)}`);
  }

  /** A provider's list is kept for a minute, and dropped as soon as the settings name another provider. */
  private listedBy(openai: OpenAI): Promise<Set<string>> {
    if (this.listed?.of === openai && this.listed.until > Date.now()) return this.listed.names;
    const names = listOf(openai);
    const listed = { of: openai, until: Date.now() + KEPT_MS, names };
    this.listed = listed;
    names.catch(() => {
      if (this.listed === listed) this.listed = undefined;
    });
    return names;
  }
}

async function listOf(openai: OpenAI): Promise<Set<string>> {
  const names = new Set<string>();
  const signal = AbortSignal.timeout(DEADLINE_MS);
  for await (const { id } of openai.models.list({ signal })) names.add(id);
  return names;
}
