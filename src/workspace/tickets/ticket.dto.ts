import { z } from 'zod';
import { RELATION_KINDS, TICKET_STATUSES } from '../../../workflows/contract/ticket.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { plain, plainBody, plainTrimmed } from '../../platform/http/text.js';
import { version } from '../../platform/http/version.js';
import { modelsSchema } from '../models.schema.js';
import { proposalKind } from '../proposals/proposal.dto.js';

const title = plainTrimmed(300);
const body = plainBody(262_144).describe('Markdown, kept as it is; at most 256 KB in UTF-8');
const status = z.enum(TICKET_STATUSES).meta({ id: 'TicketStatus' });
const relationKind = z.enum(RELATION_KINDS).meta({ id: 'RelationKind' });
const labels = z
  .array(plainTrimmed(100))
  .max(20)
  .transform((given) => [...new Set(given)]);
const assignee_id = z.uuid().nullable().describe('A member of the organisation');

export const ticketsQuerySchema = z.strictObject({
  status: status.optional(),
  label: plain(100).optional(),
  assignee_id: z.uuid().optional(),
  key: z
    .string()
    .regex(/^TCK-[1-9]\d{0,8}$/i, 'must be a key, such as TCK-1042')
    .optional(),
  before: idOfLast('ticket'),
  limit: pageLimit(),
});
export type TicketsQuery = z.output<typeof ticketsQuerySchema>;

export const ticketCreateSchema = z
  .strictObject({
    title,
    body: body.default(''),
    status: status.default('open'),
    labels: labels.default([]),
    assignee_id: assignee_id.optional(),
  })
  .meta({ id: 'TicketCreate' });
export type TicketCreate = z.output<typeof ticketCreateSchema>;

export const ticketChangeSchema = z
  .strictObject({
    title: title.optional(),
    body: body.optional(),
    status: status.optional().describe('done and closed set closed_at, the others clear it'),
    labels: labels.optional().describe('All of them'),
    assignee_id: assignee_id.optional(),
    version: version.describe('The version you saw'),
  })
  .meta({ id: 'TicketChange' });
export type TicketChange = z.output<typeof ticketChangeSchema>;

export const commentsQuerySchema = z.strictObject({ before: idOfLast('comment'), limit: pageLimit() });
export type CommentsQuery = z.output<typeof commentsQuerySchema>;

export const commentCreateSchema = z.strictObject({ body: plain(65_536) }).meta({ id: 'CommentCreate' });
export type CommentCreate = z.output<typeof commentCreateSchema>;

export const relationCreateSchema = z
  .strictObject({
    kind: relationKind,
    other_id: z.uuid().describe('Another ticket of the same project'),
  })
  .meta({ id: 'RelationCreate' });
export type RelationCreate = z.output<typeof relationCreateSchema>;

const when = z.iso.datetime();

export const ticketSchema = z
  .object({
    id: z.uuid(),
    key: z.string(),
    organisation_id: z.uuid(),
    project_id: z.uuid(),
    title: z.string(),
    body: z.string(),
    status,
    status_since: when,
    labels: z.array(z.string()),
    assignee_id: z.uuid().nullable(),
    version: z.int(),
    created_by: z.uuid().nullable().describe('Null if a run did it'),
    created_at: when,
    updated_at: when,
    closed_at: when.nullable(),
    models: modelsSchema,
  })
  .meta({ id: 'Ticket' });
export const ticketsSchema = z
  .object({
    tickets: z.array(ticketSchema.omit({ body: true }).meta({ id: 'TicketSummary' })),
    next_before: nextId,
  })
  .meta({ id: 'TicketPage' });

export const relationSchema = z
  .object({
    kind: relationKind,
    direction: z
      .enum(['to', 'from'])
      .describe('`out` if this ticket relates to the other, `in` if the other relates to this'),
    ticket: z.object({ id: z.uuid(), key: z.string(), title: z.string(), status }),
    created_by: z.uuid().nullable(),
    run_id: z.uuid().nullable(),
    models: modelsSchema,
    at: when,
  })
  .meta({ id: 'Relation' });
export const ticketDetailSchema = ticketSchema
  .extend({
    comments: z.int().describe('The number of them'),
    relations: z.array(relationSchema).describe('The first 1000'),
    accepted_proposals: z
      .array(
        z
          .object({
            proposal_id: z.uuid(),
            kind: proposalKind,
            agent: z.string(),
            run_id: z.uuid().nullable(),
            models: modelsSchema,
            decided_by: z.uuid().nullable().describe('Null if the settings of the binding accepted it'),
            decided_at: when,
          })
          .meta({ id: 'AcceptedProposal' }),
      )
      .describe('Changes by agents, the latest first; at most 100'),
  })
  .meta({ id: 'TicketDetail' });

export const commentSchema = z
  .object({
    id: z.uuid(),
    ticket_id: z.uuid(),
    body: z.string(),
    author_id: z.uuid().nullable(),
    run_id: z.uuid().nullable(),
    models: modelsSchema,
    at: when,
  })
  .meta({ id: 'Comment' });
export const commentsSchema = z
  .object({ comments: z.array(commentSchema), next_before: nextId })
  .meta({ id: 'CommentPage' });
