import { z } from 'zod';
import { plain } from '../../../platform/http/text.js';
import type { Kind } from '../kind.js';

/** Something to know; accepting it says that it was read, and changes nothing. */
export default {
  kind: 'note',
  target: 'anything',
  pinned: false,
  change: z.strictObject({ body: plain(10_000).optional() }),
  apply: async () => null,
} satisfies Kind;
