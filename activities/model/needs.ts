import type OpenAI from 'openai';
import type { ModelCallStore } from './calls.js';
import type { ApiStyle } from './provider.js';
import type { VersionReader } from './version.js';

export interface ModelNeeds {
  openai: OpenAI;
  style: ApiStyle;
  models: { reasoning: string; fast: string; embedding: string };
  calls: ModelCallStore;
  versions: VersionReader;
}
