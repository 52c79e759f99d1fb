import type { DataSource } from 'typeorm';
import type { ProjectPlace } from '../src/workspace/place.js';
import type { SourceType } from '../src/workspace/retrieval/source-types.js';
import { ticketKey } from '../workflows/contract/ticket.js';
import { conflicts, type Difficulty, duplicates, look_alikes } from './planted.js';
import { type DemoQuestion, questions } from './questions.js';
import type { DemoData } from './read-data.js';

interface Named {
  key: string;
  id: string;
  title: string;
}

/** The planted pairs of a project, with their ids there. */
export interface Truth {
  project: { id: string; name: string };
  counts: Record<'tickets' | 'docs' | 'threads' | 'messages' | 'checkins', number>;
  duplicates: { older: Named; newer: Named; difficulty: Difficulty }[];
  conflicts: { one: Named; other: Named; why: string }[];
  /** Pairs about the same subject that are neither duplicates nor conflicts. */
  look_alikes: { one: Named; other: Named }[];
  questions: {
    q: string;
    level: DemoQuestion['level'];
    answers: { type: SourceType; id: string; key?: string; title: string }[];
  }[];
}

/** Looked up by title, so that a demo which is there already has its truth, too; null where the project is none. */
export async function readTruth(db: DataSource, place: ProjectPlace, data: DemoData): Promise<Truth | null> {
  const { organisation_id, project_id } = place;
  const rows = <Row>(sql: string, ...more: unknown[]): Promise<Row[]> =>
    db.query(sql, [organisation_id, project_id, ...more]);
  const [project] = await rows<Truth['project']>(
    `SELECT id, name FROM projects WHERE organisation_id = $1 AND id = $2`,
  );
  const tickets = await rows<{ id: string; number: number; title: string }>(
    `SELECT id, number, title FROM tickets WHERE organisation_id = $1 AND project_id = $2 ORDER BY id LIMIT 10000`,
  );
  const docs = await rows<{ id: string; title: string }>(
    `SELECT id, title FROM docs WHERE organisation_id = $1 AND project_id = $2 ORDER BY id LIMIT 10000`,
  );
  const marked = markedMessages(data);
  const messages = await rows<{ id: string; body: string; title: string }>(
    `SELECT m.id, m.body, t.title FROM messages m JOIN threads t ON t.id = m.thread_id
      WHERE m.organisation_id = $1 AND m.project_id = $2 AND m.body = ANY ($3::text[])`,
    [...marked.values()],
  );
  const [counts] = await rows<Truth['counts']>(COUNTS);
  if (!project || !counts) return null;

  const byTitle = new Map(
    tickets.map(({ id, number, title }) => [title, { key: ticketKey(number), id, title }]),
  );
  const bySlug = new Map(data.tickets.map(({ slug, title }) => [slug, byTitle.get(title)]));
  const answerOf = (answer: string) => {
    const [, type = '', name = ''] = /^(\w+):(.+)$/.exec(answer) ?? [];
    if (type === 'ticket') return { type, ...bySlug.get(name) };
    if (type === 'doc') return { type, ...docs.find(({ title }) => title === name) };
    const message = messages.find(({ body }) => body === marked.get(name));
    return { type, id: message?.id, title: message?.title };
  };
  const truth = {
    project,
    counts,
    duplicates: duplicates.map(([older, newer, difficulty]) => ({
      older: bySlug.get(older),
      newer: bySlug.get(newer),
      difficulty,
    })),
    conflicts: conflicts.map(([one, other, why]) => ({
      one: bySlug.get(one),
      other: bySlug.get(other),
      why,
    })),
    look_alikes: look_alikes.map(([one, other]) => ({ one: bySlug.get(one), other: bySlug.get(other) })),
    questions: questions.map(({ q, level, answers }) => ({ q, level, answers: answers.map(answerOf) })),
  };
  return isWhole(truth) ? truth : null;
}

function markedMessages(data: DemoData): Map<string, string> {
  const messages = data.threads.flatMap(({ messages }) => messages);
  return new Map(messages.flatMap(({ mark, body }) => (mark ? [[mark, body]] : [])));
}

/** Checks that everything it names still exists under the same title. */
function isWhole(truth: object): truth is Truth {
  const { duplicates, conflicts, look_alikes, questions } = truth as Truth;
  const pairs = [...duplicates, ...conflicts, ...look_alikes];
  const named = pairs.flatMap((pair) =>
    'older' in pair ? [pair.older, pair.newer] : [pair.one, pair.other],
  );
  const answers = questions.flatMap((question) => question.answers);
  return [...named, ...answers].every((thing) => thing?.id !== undefined);
}

const COUNTS = `SELECT ${['tickets', 'docs', 'threads', 'messages', 'checkins']
  .map(
    (table) =>
      `(SELECT count(*)::int FROM ${table} WHERE organisation_id = $1 AND project_id = $2) AS ${table}`,
  )
  .join(', ')}`;
