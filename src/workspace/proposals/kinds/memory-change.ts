import { z } from 'zod';
import { memoryBody } from '../../memories/memory.dto.js';
import { lockMemory, uniteSources, writeMemory } from '../../memories/memory.store.js';
import { type Kind, targetOf } from '../kind.js';
import { mustBeForItsOwner } from '../memory-owner.js';

const change = z.strictObject({ body: memoryBody });

export default {
  kind: 'memory_change',
  target: 'memory',
  pinned: true,
  change,
  check: mustBeForItsOwner,
  async apply(tx, proposal, { body }, by) {
    const memory = await lockMemory(tx, proposal, targetOf(proposal));
    const sources = uniteSources(memory.sources, proposal.sources);
    const text = { body, sources, removed: false };
    const changed = await writeMemory(tx, memory, text, { user_id: by, proposal_id: proposal.id });
    return { type: 'memory', ...changed };
  },
} satisfies Kind<z.output<typeof change>>;
