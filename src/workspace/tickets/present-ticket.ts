import { type RelationKind, type TicketStatus, ticketKey } from '../../../workflows/contract/ticket.js';
import type { Ticket } from '../../platform/db/entities/ticket.entity.js';

export function presentTicket<T extends Pick<Ticket, 'id' | 'number'>>({ id, number, ...ticket }: T) {
  return { id, key: ticketKey(number), ...ticket };
}

export interface RelationRow {
  kind: RelationKind;
  direction: 'to' | 'from';
  id: string;
  number: number;
  title: string;
  status: TicketStatus;
  created_by: string | null;
  run_id: string | null;
  models: string[];
  at: Date;
}

export function presentRelation({ id, number, title, status, ...relation }: RelationRow) {
  return { ...relation, ticket: { id, key: ticketKey(number), title, status } };
}
