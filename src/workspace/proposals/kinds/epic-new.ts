import { z } from 'zod';
import { epicGoal, epicTitle, ticketIds } from '../../roadmap/roadmap.dto.js';
import { addEpic, unknownTickets } from '../../roadmap/roadmap.store.js';
import { defect, type Kind } from '../kind.js';

const change = z.strictObject({ title: epicTitle, goal: epicGoal, ticket_ids: ticketIds.default([]) });

export default {
  kind: 'epic_new',
  target: null,
  pinned: false,
  change,
  async check(tx, suggested, { ticket_ids }) {
    const [unknown] = await unknownTickets(tx, suggested, ticket_ids);
    if (unknown) throw defect(`the project has no ticket ${unknown}`);
  },
  async apply(tx, proposal, epic) {
    const { id, version } = await addEpic(tx, proposal, epic);
    return { type: 'epic', id, version };
  },
} satisfies Kind<z.output<typeof change>>;
