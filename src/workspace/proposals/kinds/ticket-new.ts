import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { plain, plainTrimmed } from '../../../http/text.js';
import type { Kind } from '../kind.js';

const change = z.strictObject({
  title: plainTrimmed(300),
  body: plain(50_000),
  labels: z.array(plainTrimmed(100)).max(20).default([]),
});

export default {
  kind: 'ticket_new',
  target: null,
  pinned: false,
  change,
  async apply(tx, { organisation_id, project_id }, { title, body, labels }, by) {
    const id = uuidv7();
    await tx.query(
      `WITH next AS (
         INSERT INTO ticket_numbers (organisation_id, last) VALUES ($2, 1)
         ON CONFLICT (organisation_id) DO UPDATE SET last = ticket_numbers.last + 1 RETURNING last
       )
       INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels, created_by)
       SELECT $1, $2, $3, last, $4, $5, 'open', $6, $7 FROM next`,
      [id, organisation_id, project_id, title, body, labels, by],
    );
    return { type: 'ticket', id, version: 1 };
  },
} satisfies Kind<z.output<typeof change>>;
