import { type EntityManager, In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { TicketStatus } from '../../../workflows/contract/ticket.js';
import { Membership } from '../../platform/db/entities/tenancy.entity.js';
import { Ticket } from '../../platform/db/entities/ticket.entity.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { versionConflict } from '../../platform/http/version.js';
import type { By, ProjectPlace } from '../place.js';
import { keepFindable } from '../retrieval/findable.js';
import ticketSource from './search-source.js';

/** The one way to write tickets, for people and for agents. */

interface NewTicket {
  title: string;
  body: string;
  status?: TicketStatus | undefined;
  labels?: string[] | undefined;
  assignee_id?: string | null | undefined;
}

const INSERT_TICKET = `
  WITH taken AS (
    INSERT INTO ticket_numbers AS n (organisation_id, last) VALUES ($2, 1)
    ON CONFLICT (organisation_id) DO UPDATE SET last = n.last + 1 RETURNING last
  )
  INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels, assignee_id, created_by, closed_at)
  SELECT $1, $2, $3, last, $4, $5, $6, $7, $8, $9, CASE WHEN $6 IN ('done', 'closed') THEN clock_timestamp() END
    FROM taken RETURNING *`;

/** The number is taken in the statement that writes the ticket: none is given twice, and none is lost. */
export async function createTicket(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  { title, body, status = 'open', labels = [], assignee_id = null }: NewTicket,
  by: By,
): Promise<Ticket> {
  await mustBeMember(tx, organisation_id, assignee_id);
  const [ticket]: Ticket[] = await tx.query(INSERT_TICKET, [
    uuidv7(),
    organisation_id,
    project_id,
    title,
    body,
    status,
    labels,
    assignee_id,
    by.user_id,
  ]);
  await findable(tx, ticket as Ticket);
  return ticket as Ticket;
}

function findable(tx: EntityManager, ticket: Ticket): Promise<void> {
  return keepFindable(tx, ticket, { type: ticketSource.type, id: ticket.id }, ticketSource.text(ticket));
}

type TicketFields = { [Field in keyof NewTicket]?: NewTicket[Field] | undefined };

const CHANGE_TICKET = `
  UPDATE tickets SET title = coalesce($5, title), body = coalesce($6, body), status = coalesce($7, status),
    labels = coalesce($8::text[], labels), assignee_id = CASE WHEN $9 THEN $10::uuid ELSE assignee_id END,
    status_since = CASE WHEN coalesce($7, status) = status THEN status_since ELSE clock_timestamp() END,
    closed_at = CASE WHEN coalesce($7, status) IN ('done', 'closed') THEN coalesce(closed_at, clock_timestamp()) END,
    version = version + 1, updated_at = clock_timestamp()
  WHERE id = $1 AND organisation_id = $2 AND project_id = $3 AND version = $4 RETURNING *`;

/** Fields that a change leaves out stay. Only a ticket that has ended has `closed_at`. */
export async function changeTicket(
  tx: EntityManager,
  project: ProjectPlace,
  id: string,
  version: number,
  { title, body, status, labels, assignee_id }: TicketFields,
): Promise<Ticket> {
  await mustBeMember(tx, project.organisation_id, assignee_id ?? null);
  const [[ticket]]: [Ticket[], number] = await tx.query(CHANGE_TICKET, [
    id,
    project.organisation_id,
    project.project_id,
    version,
    title ?? null,
    body ?? null,
    status ?? null,
    labels ?? null,
    assignee_id !== undefined,
    assignee_id ?? null,
  ]);
  if (ticket) {
    if (title !== undefined || body !== undefined) await findable(tx, ticket);
    return ticket;
  }
  const now = await ticketIn(tx, project, id);
  throw versionConflict(now.version);
}

export function setTicketStatus(
  tx: EntityManager,
  project: ProjectPlace,
  id: string,
  version: number,
  status: TicketStatus,
): Promise<Ticket> {
  return changeTicket(tx, project, id, version, { status });
}

export async function ticketIn(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  id: string,
): Promise<Ticket> {
  const ticket = await tx.getRepository(Ticket).findOneBy({ id, organisation_id, project_id });
  return ticket ?? ticketMissing(id);
}

export function ticketMissing(id: string): never {
  throw new AppError('not_found', `There is no ticket ${id}.`);
}

/** The lock lets no membership end before what hangs on it is written. */
async function mustBeMember(tx: EntityManager, organisation_id: string, user_id: string | null) {
  if (user_id === null) return;
  const where = { organisation_id, user_id };
  const lock = { mode: 'for_key_share' } as const;
  if (!(await tx.getRepository(Membership).findOne({ where, lock })))
    throw invalid('assignee_id', 'must be a member of the organisation');
}

/** The project's tickets of these numbers. */
export function ticketsByNumber(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  numbers: readonly number[],
): Promise<Pick<Ticket, 'id' | 'number'>[]> {
  const where = { organisation_id, project_id, number: In(numbers) };
  return tx.getRepository(Ticket).find({ select: { id: true, number: true }, where });
}
