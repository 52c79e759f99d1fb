import type { EntityManager } from 'typeorm';
import { type RelationKind, ticketKey } from '../../../workflows/contract/ticket.js';
import { Ticket, TicketRelation } from '../../platform/db/entities/ticket.entity.js';
import { invalid } from '../../platform/http/app-error.js';
import { lockPart } from '../../platform/locks/advisory-lock.store.js';
import type { By, ProjectPlace } from '../place.js';
import { ticketIn } from './ticket.store.js';

/** The one way to relate tickets, for people and for agents. True where it was not there before. */
export async function addRelation(
  tx: EntityManager,
  project: ProjectPlace,
  ticket_id: string,
  { kind, other_id }: Pick<TicketRelation, 'kind' | 'other_id'>,
  by: By,
): Promise<boolean> {
  await lockRelations(tx, project);
  const ticket = await ticketIn(tx, project, ticket_id);
  if (ticket_id === other_id) throw invalid('other_id', 'must be another ticket');
  const other = await otherIn(tx, project, other_id);
  if (await has(tx, ticket, kind, other)) return false;
  if (kind === 'conflicts_with' && (await has(tx, other, kind, ticket))) return false;
  if (kind !== 'conflicts_with' && (await reaches(tx, other, kind, ticket)))
    throw invalid('other_id', circle(ticket, kind, other));
  const made = { created_by: by.user_id, run_id: by.run_id ?? null };
  await tx.getRepository(TicketRelation).insert({ ticket_id, kind, other_id, ...made });
  return true;
}

const DELETE_RELATION = `
  DELETE FROM ticket_relations WHERE kind = $2
     AND ((ticket_id = $1 AND other_id = $3) OR ($2 = 'conflicts_with' AND ticket_id = $3 AND other_id = $1))`;

/** Returns false if there was none. A conflict is the same from either side. */
export async function removeRelation(
  tx: EntityManager,
  project: ProjectPlace,
  ticket_id: string,
  { kind, other_id }: Pick<TicketRelation, 'kind' | 'other_id'>,
): Promise<boolean> {
  await ticketIn(tx, project, ticket_id);
  const [, removed]: [unknown, number] = await tx.query(DELETE_RELATION, [ticket_id, kind, other_id]);
  return removed > 0;
}

/** Two relations may close a circle only together: the lock lets the second see the first. */
async function lockRelations(tx: EntityManager, { project_id }: ProjectPlace): Promise<void> {
  await lockPart(tx, 'relations', project_id);
}

async function otherIn(tx: EntityManager, { organisation_id, project_id }: ProjectPlace, id: string) {
  const other = await tx.getRepository(Ticket).findOneBy({ id, organisation_id, project_id });
  if (!other) throw invalid('other_id', 'must be a ticket of the same project');
  return other;
}

async function has(tx: EntityManager, from: Ticket, kind: RelationKind, to: Ticket): Promise<boolean> {
  return tx.getRepository(TicketRelation).existsBy({ ticket_id: from.id, kind, other_id: to.id });
}

const REACHES = `
  WITH RECURSIVE reached (id) AS (
    SELECT $1::uuid UNION
    SELECT r.other_id FROM ticket_relations r JOIN reached ON r.ticket_id = reached.id WHERE r.kind = $2
  )
  SELECT 1 FROM reached WHERE id = $3`;

/** Directly, or by way of others. */
async function reaches(tx: EntityManager, from: Ticket, kind: RelationKind, to: Ticket): Promise<boolean> {
  const paths: unknown[] = await tx.query(REACHES, [from.id, kind, to.id]);
  return paths.length > 0;
}

function circle(ticket: Ticket, kind: RelationKind, other: Ticket): string {
  const verb = kind === 'blocks' ? 'blocks' : 'is a duplicate of';
  const [here, there] = [ticketKey(ticket.number), ticketKey(other.number)];
  return `${there} ${verb} ${here} already, directly or by way of others; both ways round would be a circle`;
}
