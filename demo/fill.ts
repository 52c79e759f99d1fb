import type { EntityManager } from 'typeorm';
import type { Doc } from '../src/platform/db/entities/doc.entity.js';
import { addCheckin } from '../src/workspace/daily/daily.store.js';
import { createDoc } from '../src/workspace/docs/doc.store.js';
import { saveLinks } from '../src/workspace/docs/link.store.js';
import { addMemory } from '../src/workspace/memories/memory.store.js';
import type { ProjectPlace } from '../src/workspace/place.js';
import { addEpic, lockRoadmap, writeSummary } from '../src/workspace/roadmap/roadmap.store.js';
import { addRelation } from '../src/workspace/tickets/relation.store.js';
import { createTicket } from '../src/workspace/tickets/ticket.store.js';
import { ticketKey } from '../workflows/contract/ticket.js';
import { type Dated, setDates } from './dates.js';
import { fillThreads } from './fill-threads.js';
import type { HalfYear } from './half-year.js';
import { blocks } from './planted.js';
import type { DemoData } from './read-data.js';

export interface DemoFilling {
  tx: EntityManager;
  place: ProjectPlace;
  data: DemoData;
  half_year: HalfYear;
  /** The user who asked for the demo plays the product lead: the check-ins and the messages of Ines are theirs. */
  user_id: string;
  told: (what: string, done: number, total: number) => void;
}

/** One in this many open tickets is assigned to the lead. */
const ASSIGNED = 6;

/** Writes everything by the stores, and dates it afterwards: no store takes a date, and so no caller can forge one. */
export async function fillDemo(filling: DemoFilling): Promise<void> {
  const tickets = await fillTickets(filling);
  const named = (text: string) =>
    text.replace(/\{([\w-]+)\}/g, (_, slug: string) => found(tickets, slug).key);
  const dated: Dated = {
    tickets: [...tickets.values()],
    docs: await fillDocs(filling, named),
    ...(await fillThreads(filling)),
    memories: await fillMemories(filling),
    epics: await fillRoadmap(filling, tickets),
  };
  await fillCheckins(filling, named);
  for (const [first, then] of blocks) {
    const relation = { kind: 'blocks' as const, other_id: found(tickets, then).id };
    await addRelation(filling.tx, filling.place, found(tickets, first).id, relation, { user_id: null });
  }
  await setDates(filling.tx, filling.place, filling.half_year.begin, dated);
}

type Tickets = Map<string, { key: string } & Dated['tickets'][number]>;

function found(tickets: Tickets, slug: string) {
  const ticket = tickets.get(slug);
  if (!ticket) throw new Error(`the demo has no ticket ${slug}`);
  return ticket;
}

async function fillTickets({ tx, place, data, half_year, user_id, told }: DemoFilling): Promise<Tickets> {
  const made: Tickets = new Map();
  for (const [index, { slug, day, ...ticket }] of data.tickets.entries()) {
    const ended = ticket.status === 'done' || ticket.status === 'closed';
    const assignee_id = !ended && index % ASSIGNED === 0 ? user_id : null;
    const { id, number } = await createTicket(tx, place, { ...ticket, assignee_id }, { user_id: null });
    const changed = half_year.after(day, slug, ended ? 24 : 40);
    const created = half_year.at(day, slug);
    made.set(slug, { id, key: ticketKey(number), created, changed, closed: ended ? changed : null });
    told('tickets', index + 1, data.tickets.length);
  }
  return made;
}

/** A doc may name one that comes after it, so all are looked through again. */
async function fillDocs({ tx, place, data, half_year, told }: DemoFilling, named: (text: string) => string) {
  const by = { user_id: null };
  const docs: Doc[] = [];
  for (const [index, { title, body }] of data.docs.entries()) {
    docs.push(await createDoc(tx, place, { title, body: named(body) }, by));
    told('docs', index + 1, data.docs.length);
  }
  for (const doc of docs) await saveLinks(tx, doc, by);
  return docs.map(({ id, title }, index) => ({
    id,
    created: half_year.at(data.docs[index]?.day ?? 0, title),
  }));
}

async function fillCheckins(
  { tx, place, data, half_year, user_id, told }: DemoFilling,
  named: (t: string) => string,
) {
  for (const [index, { day, body }] of data.checkins.entries()) {
    await addCheckin(tx, place, user_id, named(body), half_year.at(day, body));
    told('check-ins', index + 1, data.checkins.length);
  }
}

async function fillMemories({ tx, place, data, half_year }: DemoFilling) {
  const dated: Dated['memories'] = [];
  for (const { day, body } of data.memories) {
    const memory = { user_id: null, body, sources: [] };
    const { id } = await addMemory(tx, place, memory, { user_id: null, proposal_id: null });
    dated.push({ id, created: half_year.at(day, body) });
  }
  return dated;
}

async function fillRoadmap({ tx, place, data, half_year, user_id }: DemoFilling, tickets: Tickets) {
  await lockRoadmap(tx, place);
  await writeSummary(tx, place, data.roadmap.summary, user_id);
  const dated: Dated['epics'] = [];
  for (const { title, goal, status, tickets: slugs } of data.epics) {
    const ticket_ids = slugs.map((slug) => found(tickets, slug).id);
    const { id } = await addEpic(tx, place, { title, goal, status, ticket_ids });
    const created = half_year.at(10, title);
    dated.push({ id, created, changed: half_year.at(data.roadmap.day, title) });
  }
  return dated;
}
