import { TICKET_STATUSES } from '../../../workflows/contract/ticket.js';
import { readCsv } from './csv.js';

const COLUMNS = ['title', 'body', 'status', 'labels', 'assignee'] as const;
type Column = (typeof COLUMNS)[number];

/** A ticket as a file says it, or why the row cannot be used. */
export interface TicketRow {
  place: string;
  problem?: string;
  ticket: { title: string; body: string; status: string; labels: string[] };
  assignee: string;
}

interface TicketFile {
  rows: TicketRow[];
  /** The columns of the file that the import does not use. */
  ignored: string[];
}

export function ticketsOfCsv(text: string): TicketFile {
  const [header, ...records] = readCsv(text);
  if (!header || header.problem)
    throw new Error(`the header cannot be used: ${header?.problem ?? 'the file is empty'}`);
  const names = header.fields.map(columnName);
  if (!names.includes('title')) throw new Error('the header has no column `title`');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`the header has two columns \`${twice}\``);
  const rows = records.map(({ line, fields, problem }) => {
    const row = Object.fromEntries(names.map((name, index) => [name, fields[index]]));
    return {
      ...rowOf(`line ${line}`, row),
      ...(fields.length === names.length
        ? {}
        : { problem: `has ${fields.length} fields, and the header ${names.length}` }),
      ...(problem ? { problem } : {}),
    };
  });
  return { rows, ignored: names.filter((name) => !isColumn(name)) };
}

export function ticketsOfJson(text: string): TicketFile {
  const entries: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
  if (!Array.isArray(entries)) throw new Error('the file must hold an array of tickets');
  const ignored = new Set<string>();
  const rows = entries.map((entry: unknown, index) => {
    const source = `entry ${index + 1}`;
    if (entry === null || typeof entry !== 'object' || Array.isArray(entry))
      return { ...rowOf(source, {}), problem: 'is no object' };
    const named = Object.entries(entry).map(([name, value]) => [columnName(name), value] as const);
    for (const [name] of named) if (!isColumn(name)) ignored.add(name);
    return rowOf(source, Object.fromEntries(named));
  });
  return { rows, ignored: [...ignored] };
}

function columnName(name: string): string {
  const plain = name.trim().toLowerCase();
  return /^assignee[ _]?email$/.test(plain) ? 'assignee' : plain;
}

function isColumn(name: string): name is Column {
  return (COLUMNS as readonly string[]).includes(name);
}

function rowOf(source: string, row: Record<string, unknown>): TicketRow {
  const wrong = COLUMNS.find((name) => !isText(row[name]) && !(name === 'labels' && isTexts(row[name])));
  const text = (name: Column) => (typeof row[name] === 'string' ? row[name] : '');
  const status = text('status').trim().toLowerCase().replaceAll(/[ -]/g, '_') || 'open';
  const labels = (isTexts(row.labels) ? row.labels : text('labels').split(';')).map((label) => label.trim());
  const problem = wrong ? `\`${wrong}\` must be text` : statusProblem(status);
  return {
    place: source,
    ...(problem ? { problem } : {}),
    ticket: {
      title: text('title').trim(),
      body: text('body'),
      status,
      labels: [...new Set(labels)].filter((label) => label !== ''),
    },
    assignee: text('assignee').trim().toLowerCase(),
  };
}

function statusProblem(status: string): string | undefined {
  if ((TICKET_STATUSES as readonly string[]).includes(status)) return undefined;
  return `the status ${JSON.stringify(status)} is none of ${TICKET_STATUSES.join(', ')}`;
}

const isText = (value: unknown) => value === undefined || value === null || typeof value === 'string';
const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');
