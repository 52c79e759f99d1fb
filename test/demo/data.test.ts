import { describe, expect, test } from 'vitest';
import { blocks, conflicts, duplicates, look_alikes } from '../../demo/planted.js';
import { questions } from '../../demo/questions.js';
import { readDemoData } from '../../demo/read-data.js';
import { findMentions } from '../../src/workspace/docs/mentions.js';
import { CHANNELS } from '../../workflows/contract/thread.js';
import { TICKET_STATUSES } from '../../workflows/contract/ticket.js';

const data = readDemoData();
const { tickets, docs, threads } = data;
const messages = threads.flatMap((thread) => thread.messages);
const bySlug = new Map(tickets.map((ticket) => [ticket.slug, ticket]));
const planted = [...duplicates, ...conflicts].map(([one, other]) => [one, other] as const);

const twice = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index);
const words = (text: string) => text.toLowerCase().match(/\p{L}{4,}/gu) ?? [];

describe('the demo’s data', () => {
  test('are as much as they promise', () => {
    expect({ tickets: tickets.length, docs: docs.length, messages: messages.length }).toEqual({
      tickets: 200,
      docs: 60,
      messages: 400,
    });
    expect(threads).toHaveLength(60);
    expect(data.checkins.length).toBeGreaterThan(50);
    expect([duplicates.length, conflicts.length, questions.length]).toEqual([25, 12, 50]);
  });

  test('name nothing twice', () => {
    expect(twice(tickets.map(({ slug }) => slug))).toEqual([]);
    expect(twice(tickets.map(({ title }) => title.toLowerCase()))).toEqual([]);
    expect(twice(docs.map(({ title }) => title.toLowerCase()))).toEqual([]);
    expect(twice(messages.flatMap(({ mark }) => mark ?? []))).toEqual([]);
    const marked = messages.filter(({ mark }) => mark !== null).map(({ body }) => body);
    expect(messages.filter(({ body }) => marked.includes(body))).toHaveLength(marked.length);
  });

  test('are what the workspace takes', () => {
    expect(tickets.filter(({ status }) => !TICKET_STATUSES.includes(status))).toEqual([]);
    expect(threads.filter(({ channel }) => !CHANNELS.includes(channel))).toEqual([]);
    const empty = [...tickets, ...docs, ...messages, ...data.checkins].filter(({ body }) => body.length < 2);
    expect(empty).toEqual([]);
    const lengths = docs.map(({ body }) => body.split(/\s+/).length);
    expect(Math.min(...lengths)).toBeGreaterThan(130);
    expect(Math.max(...lengths)).toBeLessThan(600);
    expect(docs.filter(({ body }) => !/^## /m.test(body) && !/^\*\*/m.test(body))).toEqual([]);
  });

  test('refer only to what is there', () => {
    const texts = [...docs, ...data.checkins].map(({ body }) => body);
    const slugs = texts.flatMap((body) => [...body.matchAll(/\{([^}]*)\}/g)].map(([, slug]) => slug ?? ''));
    expect(slugs.filter((slug) => !bySlug.has(slug))).toEqual([]);
    const titles = new Set(docs.map(({ title }) => title));
    expect(texts.flatMap((body) => findMentions(body).titles).filter((title) => !titles.has(title))).toEqual(
      [],
    );
    expect(data.epics.flatMap((epic) => epic.tickets).filter((slug) => !bySlug.has(slug))).toEqual([]);
    expect(blocks.flat().filter((slug) => !bySlug.has(slug))).toEqual([]);
  });
});

describe('what is planted', () => {
  test('is there, once, and waits to be done', () => {
    expect(twice(planted.flat())).toEqual([]);
    for (const slug of planted.flat())
      expect(['open', 'in_progress', 'blocked'], slug).toContain(bySlug.get(slug)?.status);
  });

  test('has the older ticket first', () => {
    const wrong = duplicates.filter(([older, newer]) => bySlug.get(older)!.day >= bySlug.get(newer)!.day);
    expect(wrong).toEqual([]);
  });

  test('varies from near copies to other words altogether', () => {
    const shared = (difficulty: string) => {
      const pairs = duplicates.filter((pair) => pair[2] === difficulty);
      const shares = pairs.map(([older, newer]) => {
        const [one, other] = [older, newer].map((slug) => new Set(words(textOf(slug))));
        return [...one!].filter((word) => other!.has(word)).length / Math.min(one!.size, other!.size);
      });
      return shares.reduce((sum, share) => sum + share, 0) / shares.length;
    };
    expect(shared('near')).toBeGreaterThan(shared('plain'));
    expect(shared('plain')).toBeGreaterThan(shared('hard'));
  });

  test('differs from the look-alikes', () => {
    const pairs = new Set(planted.map((pair) => [...pair].sort().join()));
    for (const [one, other] of look_alikes) {
      expect(bySlug.has(one) && bySlug.has(other), `${one} ${other}`).toBe(true);
      expect(pairs).not.toContain([one, other].sort().join());
    }
  });

  const textOf = (slug: string) => `${bySlug.get(slug)!.title} ${bySlug.get(slug)!.body}`;
});

describe('the questions', () => {
  test('are answered by what is there', () => {
    const marks = new Set(messages.map(({ mark }) => mark));
    const titles = new Set(docs.map(({ title }) => title));
    const there = (answer: string) => {
      const [type, name = ''] = [answer.slice(0, answer.indexOf(':')), answer.slice(answer.indexOf(':') + 1)];
      return type === 'ticket' ? bySlug.has(name) : type === 'doc' ? titles.has(name) : marks.has(name);
    };
    expect(questions.flatMap(({ answers }) => answers).filter((answer) => !there(answer))).toEqual([]);
    expect(questions.filter(({ answers }) => answers.length < 1 || answers.length > 2)).toEqual([]);
    expect(twice(questions.map(({ q }) => q))).toEqual([]);
    expect(twice(messages.flatMap(({ mark }) => mark ?? []))).toEqual([]);
  });

  test('are not the words of what answers them', () => {
    const texts = [...docs, ...tickets].map(({ title, body }) => `${title}\n${body}`.toLowerCase());
    const said = [...texts, ...messages.map(({ body }) => body.toLowerCase())];
    expect(questions.filter(({ q }) => said.some((text) => text.includes(q.toLowerCase())))).toEqual([]);
  });
});
