import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EpicStatus } from '../src/platform/db/entities/roadmap.entity.js';
import { root } from '../stack/root.js';
import type { Channel } from '../workflows/contract/thread.js';
import type { TicketStatus } from '../workflows/contract/ticket.js';

/**
 * The content of the demo's files. A day counts from the beginning of the half-year; a slug names a ticket in these
 * files.
 */
export interface DemoData {
  tickets: {
    slug: string;
    status: TicketStatus;
    day: number;
    labels: string[];
    title: string;
    body: string;
  }[];
  docs: { title: string; day: number; body: string }[];
  threads: { channel: Channel; day: number; title: string; messages: DemoMessage[] }[];
  checkins: { day: number; body: string }[];
  memories: { day: number; body: string }[];
  roadmap: { day: number; summary: string };
  epics: { title: string; status: EpicStatus; goal: string; tickets: string[] }[];
}

export interface DemoMessage {
  name: string;
  /** A question names the message that answers it by this mark. */
  mark: string | null;
  role: 'user' | 'assistant';
  body: string;
}

const folder = join(root, 'demo', 'data');

/** Reads the files; each list is ordered by day. */
export function readDemoData(): DemoData {
  const [roadmap] = sectionsOf('roadmap.md').map(({ head, body }) => ({
    day: dayOf(head[1]),
    summary: body,
  }));
  if (!roadmap) throw new Error('the demo has no roadmap');
  return {
    tickets: byDay(sectionsOf('tickets').map(readTicket)),
    docs: byDay(
      sectionsOf('docs').map(({ head: [title = '', day], body }) => ({ title, day: dayOf(day), body })),
    ),
    threads: byDay(sectionsOf('threads').map(readThread)),
    checkins: byDay(sectionsOf('checkins.md').map(({ head: [day], body }) => ({ day: dayOf(day), body }))),
    memories: byDay(sectionsOf('memories.md').map(({ head: [day], body }) => ({ day: dayOf(day), body }))),
    roadmap,
    epics: sectionsOf('epics.md').map(({ head: [title = '', status], body }) => {
      const [goal = '', tickets = ''] = body.split('\n');
      return { title, status: status as EpicStatus, goal, tickets: tickets.split(', ') };
    }),
  };
}

interface Section {
  head: string[];
  body: string;
}

/** Splits a file, or all files of a folder, at each `# ` line; bars separate the parts of a section. */
function sectionsOf(name: string): Section[] {
  const files = name.endsWith('.md')
    ? [name]
    : readdirSync(join(folder, name))
        .sort()
        .map((file) => join(name, file));
  return files.flatMap((file) =>
    readFileSync(join(folder, file), 'utf8')
      .split(/^# /m)
      .slice(1)
      .map((section) => {
        const [head = '', ...lines] = section.split('\n');
        return { head: head.split(' | ').map((part) => part.trim()), body: lines.join('\n').trim() };
      }),
  );
}

function readTicket({ head: [slug = '', status, day, labels = ''], body }: Section) {
  const [title = '', ...lines] = body.split('\n');
  return {
    slug,
    status: status as TicketStatus,
    day: dayOf(day),
    labels: labels.split(', '),
    title,
    body: lines.join('\n').trim(),
  };
}

function readThread({ head: [channel, day, title = ''], body }: Section) {
  const messages = body.split('\n').map(readMessage);
  return { channel: channel as Channel, day: dayOf(day), title, messages };
}

/** `Name: text` is what people say, `> Name: text` what is answered in the desk's name. */
function readMessage(line: string): DemoMessage {
  const [, answer, name, mark, body] = /^(> )?([^:[]+?)(?: \[([\w-]+)\])?: (.+)$/.exec(line) ?? [];
  if (!name || !body) throw new Error(`not a message of the demo: ${line}`);
  return { name, mark: mark ?? null, role: answer ? 'assistant' : 'user', body };
}

function dayOf(written: string | undefined): number {
  const day = Number(written?.replace('day ', ''));
  if (!Number.isInteger(day) || day < 0 || day >= 182)
    throw new Error(`not a day of the half-year: ${written}`);
  return day;
}

const byDay = <T extends { day: number }>(things: T[]): T[] => things.sort((a, b) => a.day - b.day);
