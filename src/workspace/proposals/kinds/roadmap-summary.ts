import { z } from 'zod';
import { summaryText } from '../../roadmap/roadmap.dto.js';
import { writeSummary } from '../../roadmap/roadmap.store.js';
import { type Kind, targetOf } from '../kind.js';

const change = z.strictObject({ summary: summaryText });

export default {
  kind: 'roadmap_summary',
  target: 'roadmap',
  pinned: true,
  change,
  async apply(tx, proposal, { summary }, by) {
    return {
      type: 'roadmap',
      id: targetOf(proposal),
      version: await writeSummary(tx, proposal, summary, by),
    };
  },
} satisfies Kind<z.output<typeof change>>;
