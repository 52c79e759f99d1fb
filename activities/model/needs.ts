import type OpenAI from 'openai';
import type { ModelCallStore } from './calls.js';
import type { CheckOwn } from './own-schema.js';
import type { ApiStyle } from './provider.js';
import type { VersionReader } from './version.js';

/** Whom to ask, and for which models. */
export interface Provider {
  openai: OpenAI;
  style: ApiStyle;
  models: { reasoning: string; fast: string; embedding: string };
}

export interface ModelNeeds {
  /** As the settings say now: each call asks anew. */
  provider(): Provider;
  calls: ModelCallStore;
  versions: VersionReader;
  checkOwn: CheckOwn;
}
