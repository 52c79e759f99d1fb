import { z } from 'zod';
import { memoryBody } from '../../memories/memory.dto.js';
import { addMemory } from '../../memories/memory.store.js';
import type { Kind } from '../kind.js';

const change = z.strictObject({ body: memoryBody });

/** A suggestion for one person becomes that person's memory, any other the project's. */
export default {
  kind: 'memory_add',
  target: null,
  pinned: false,
  change,
  async apply(tx, proposal, { body }, by) {
    const { user_id, sources, id: proposal_id } = proposal;
    const made = await addMemory(tx, proposal, { user_id, body, sources }, { user_id: by, proposal_id });
    return { type: 'memory', ...made };
  },
} satisfies Kind<z.output<typeof change>>;
