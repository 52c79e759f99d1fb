import type OpenAI from 'openai';
import type { ModelActivities } from '../../workflows/contract/model.js';
import type { ModelCallStore } from './calls.js';
import { createEmbed } from './embed.js';
import type { ApiStyle } from './provider.js';
import { createRespond } from './respond.js';

export interface ModelNeeds {
  openai: OpenAI;
  style: ApiStyle;
  models: { reasoning: string; fast: string; embedding: string };
  calls: ModelCallStore;
}

export function createModelActivities(needs: ModelNeeds): ModelActivities {
  return { respond: createRespond(needs), embed: createEmbed(needs) };
}
