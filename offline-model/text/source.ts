import { isObject, type Json, type JsonObject } from '../schema/types.js';
import { type Block, blocksOf } from './blocks.js';
import { jsonFragments } from './json-fragments.js';
import { keyedValuesIn, linePairs } from './pairs.js';
import { sentencesOf } from './sentences.js';
import { nameWords } from './words.js';

/** A value with the words of its key, and of the keys around it. */
export interface KeyedValue {
  key: string[];
  path: string[];
  value: Json;
}

/** A source to extract from: a text as a whole, or one record or section of it. */
export interface TextSource {
  text: string;
  /** The source parsed as JSON, if it is JSON. */
  json?: Json;
  pairs: KeyedValue[];
  /** Things that the source lists: list lines, rows, JSON objects, blocks of "key: value" lines. */
  records: TextSource[];
  sections: { title: string[]; read(): TextSource }[];
  sentences: string[];
}

const LONGEST_TEXT = 200_000;
const DEEPEST_JSON = 6;

function flatten(value: Json): string {
  if (Array.isArray(value)) return value.map(flatten).join('\n');
  if (!isObject(value)) return String(value ?? '');
  return Object.entries(value)
    .map(([key, item]) =>
      typeof item === 'object' && item !== null ? flatten(item) : `${key}: ${flatten(item)}`,
    )
    .join('\n');
}

function proseIn(value: Json): string[] {
  if (typeof value === 'string') return value.trim().split(/\s+/).length >= 4 ? sentencesOf(value) : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(proseIn) : [];
}

/** Own keys come before those of objects within. */
function pairsIn(value: JsonObject, around: string[] = [], depth = 0): KeyedValue[] {
  const own = Object.entries(value).map(([name, item]) => {
    const key = nameWords(name);
    return { key, path: [...around, ...key], value: item };
  });
  if (depth >= DEEPEST_JSON) return own;
  const within = own.flatMap(({ path, value: item }) =>
    isObject(item) ? pairsIn(item, path, depth + 1) : [],
  );
  return [...own, ...within];
}

function listsIn(value: JsonObject): Json[] {
  return Object.values(value).filter((item) => Array.isArray(item) && item.some(isObject));
}

export function sourceOfJson(value: Json): TextSource {
  if (typeof value === 'string') return { ...readSource(value), json: value };
  const pairs = isObject(value) ? pairsIn(value) : [];
  const lists = isObject(value) ? listsIn(value) : [value];
  return {
    text: flatten(value),
    json: value,
    pairs,
    records: lists.flatMap((list) => (Array.isArray(list) ? list.map(sourceOfJson) : [])),
    sections: [],
    sentences: proseIn(value),
  };
}

/** A source for one line or block that stands for one thing. */
export function sourceOfRecord(text: string, title?: string): TextSource {
  const pairs = text.split('\n').flatMap(keyedValuesIn);
  const titled = title === undefined ? [] : [{ key: ['title'], path: ['title'], value: title }];
  const whole = title === undefined ? text : `${title}\n${text}`;
  return {
    text: whole,
    pairs: [...pairs, ...titled],
    records: [],
    sections: [],
    sentences: sentencesOf(whole),
  };
}

function recordsIn(blocks: Block[]): TextSource[] {
  const listed = blocks.flatMap((block): TextSource[] => {
    if (block.kind === 'item') return [sourceOfRecord(block.text)];
    return block.kind === 'row' ? [sourceOfJson(block.cells)] : [];
  });
  if (listed.length > 0) return listed;
  const groups = blocks.filter((block) => block.kind === 'group');
  if (groups.length > 0) return groups.map((block) => sourceOfRecord(block.text));
  const sections = blocks.filter((block) => block.kind === 'section');
  const level = Math.max(0, ...sections.map((section) => section.level));
  const siblings = sections.filter((section) => section.level === level);
  return siblings.length < 2 ? [] : siblings.map((section) => sourceOfRecord(section.text, section.title));
}

/** Reads what a text holds: JSON in it, "key: value" lines, lists, tables, sections and sentences. */
export function readSource(whole: string): TextSource {
  const text = whole.slice(0, LONGEST_TEXT);
  const fragments = jsonFragments(text);
  let prose = text;
  for (const { start, end } of fragments.toReversed())
    prose = `${prose.slice(0, start)}\n${prose.slice(end)}`;
  const parsed = fragments.map(({ value }) => sourceOfJson(value));
  const blocks = blocksOf(prose);
  const loose = parsed.length > 1 ? parsed.filter(({ json }) => isObject(json)) : [];
  const held = parsed.flatMap(({ records }) => records);
  return {
    text,
    pairs: [...parsed.flatMap(({ pairs }) => pairs), ...prose.split('\n').flatMap(linePairs)],
    records: [...(held.length > 0 ? held : loose), ...recordsIn(blocks)],
    sections: blocksOf(text)
      .filter((block) => block.kind === 'section')
      .map(({ title, text: body }) => ({ title: nameWords(title), read: () => readSource(body) })),
    sentences: [...sentencesOf(prose), ...parsed.flatMap(({ sentences }) => sentences)],
  };
}
