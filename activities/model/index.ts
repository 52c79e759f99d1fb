import type { ModelActivities } from '../../workflows/contract/model.js';
import { createEmbed } from './embed.js';
import type { ModelNeeds } from './needs.js';
import { createRespond } from './respond.js';

export function createModelActivities(needs: ModelNeeds): ModelActivities {
  return { respond: createRespond(needs), embed: createEmbed(needs) };
}
