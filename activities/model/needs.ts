import type OpenAI from 'openai';
import type { ModelCallStore } from './calls.js';
import type { CheckOwn } from './own-schema.js';
import type { ApiStyle } from './provider.js';
import type { VersionReader } from './version.js';

/** The client and the names of its models. */
export interface Provider {
  openai: OpenAI;
  style: ApiStyle;
  models: { reasoning: string; fast: string; embedding: string };
}

export interface ModelNeeds {
  /** The provider of the current settings; each call reads it again. */
  provider(): Provider;
  calls: ModelCallStore;
  versions: VersionReader;
  checkOwn: CheckOwn;
}
