import { z } from 'zod';
import { lockMemory, writeMemory } from '../../memories/memory.store.js';
import { type Kind, targetOf } from '../kind.js';
import { mustBeForItsOwner } from '../memory-owner.js';

export default {
  kind: 'memory_remove',
  target: 'memory',
  pinned: true,
  change: z.strictObject({}),
  check: mustBeForItsOwner,
  async apply(tx, proposal, _, by) {
    const memory = await lockMemory(tx, proposal, targetOf(proposal));
    const removed = { ...memory, removed: true };
    const { id, version } = await writeMemory(tx, memory, removed, { user_id: by, proposal_id: proposal.id });
    return { type: 'memory', id, version };
  },
} satisfies Kind;
