import { partOf, valuesOf } from '../text/find.js';
import { asksForId, findIds } from '../text/ids.js';
import { keywords, rank } from '../text/salience.js';
import { sourceOfJson, sourceOfRecord, type TextSource } from '../text/source.js';
import { nameWords, textWords } from '../text/words.js';
import { FORMATS } from './formats.js';
import { compile } from './pattern.js';
import { type FieldPlace, type Filling, isShallow, tryFill } from './place.js';
import { possibleTypes, resolve } from './resolve.js';
import { type Json, type Schema, type SchemaNode, sameJson } from './types.js';

const MOST_ITEMS = 10;
const MOST_SENTENCES = 3;
const MOST_KEYWORDS = 5;
const KEYWORDS = new Set(['tag', 'tags', 'keyword', 'keywords', 'topics', 'labels', 'terms']);

/** The singular of a name: what one item of "tickets" is called. */
function single(name: string[]): string[] {
  return name.map((word, at) =>
    at === name.length - 1 ? word.replace(/ies$/, 'y').replace(/(?<!s)s$/, '') : word,
  );
}

function sentenceSources(source: TextSource, question: string): TextSource[] {
  const best = rank(source.sentences, question).slice(0, MOST_SENTENCES);
  return best.toSorted((a, b) => a.index - b.index).map(({ sentence }) => sourceOfRecord(sentence));
}

function sourcesOfText(text: string): TextSource[] {
  const parts = text.split(/\s*[,;]\s+|\s+and\s+/).filter((part) => part !== '');
  return parts.map((part) => ({ ...sourceOfRecord(part), json: part }));
}

/** Texts of one kind that occur in the source: ids, dates, options of an enum, matches of a pattern. */
function tokensIn(items: Schema, source: TextSource, name: string[]): string[] | undefined {
  if (items.enum) {
    const said = ` ${textWords(source.text).join(' ')} `;
    const occurs = (option: Json): boolean => said.includes(` ${nameWords(String(option)).join(' ')} `);
    return items.enum.filter(occurs).map(String);
  }
  if (items.format !== undefined) return FORMATS[items.format]?.find(source.text);
  if (items.pattern !== undefined) {
    const expression = compile(items.pattern);
    return textWords(source.text).length > 0
      ? source.text.split(/[\s,;()[\]"']+/).filter((token) => token.length < 200 && expression.test(token))
      : [];
  }
  if (KEYWORDS.has(name.at(-1) ?? '')) return keywords(source.sentences, MOST_KEYWORDS);
  return asksForId(name) ? findIds(source.text) : undefined;
}

/** Returns one source per item, best evidence first; `found` is true if the text itself lists them. */
function itemSources(items: Schema, place: FieldPlace): { sources: TextSource[]; found: boolean } {
  const { source, name, work } = place;
  const listed =
    valuesOf(source, name).find(Array.isArray) ?? (Array.isArray(source.json) ? source.json : undefined);
  if (listed) return { sources: listed.map(sourceOfJson), found: true };
  const part = partOf(source, name);
  const from = part ?? source;
  const types = possibleTypes(items);
  if (!types.includes('object') || items.type === 'string' || items.enum) {
    const written = valuesOf(source, name).find((value) => typeof value === 'string');
    const tokens = tokensIn(items, part ?? source, name);
    if (tokens)
      return { sources: tokens.map((token) => ({ ...sourceOfRecord(token), json: token })), found: true };
    if (typeof written === 'string') return { sources: sourcesOfText(written), found: true };
  }
  if (part)
    return {
      sources: part.records.length > 0 ? part.records : sentenceSources(part, work.question),
      found: true,
    };
  if (from.records.length > 0) return { sources: from.records, found: false };
  const isText = types[0] === 'string' || types.includes('object');
  return { sources: isText && place.depth < 3 ? sentenceSources(from, work.question) : [], found: false };
}

/** Items from what the text lists; made-up ones only up to the least number. */
export function fillArray(schema: Schema, place: FieldPlace): Filling {
  const first = schema.prefixItems ?? [];
  const rest: SchemaNode = schema.items ?? true;
  const least = schema.minItems ?? 0;
  const most =
    rest === false ? first.length : Math.min(schema.maxItems ?? Infinity, Math.max(least, MOST_ITEMS));
  const values: Json[] = [];
  let score = 0;
  const add = (source: TextSource, name: string[]): Filling | undefined => {
    const avoid = schema.uniqueItems ? { avoid: values } : {};
    const node = first[values.length] ?? rest;
    return tryFill(() =>
      place.work.fillNode(node, { work: place.work, name, source, depth: place.depth + 1, ...avoid }),
    );
  };
  const name = single(place.name);
  if (rest !== false && first.length === 0 && isShallow(place)) {
    const { sources, found } = itemSources(resolve(rest, place.work.root), place);
    const filled = sources.slice(0, 200).flatMap((source) => add(source, name) ?? []);
    const told = filled.some((filling) => filling.score > 0);
    for (const filling of filled) {
      if (values.length >= most || (told && !found && filling.score === 0)) continue;
      if (filling.value === '' || values.some((value) => sameJson(value, filling.value))) continue;
      values.push(filling.value);
      score += filling.score + (found ? 1 : 0);
    }
  }
  while (values.length < Math.min(most, Math.max(least, first.length))) {
    const filling = add(place.source, name);
    if (!filling) break;
    values.push(filling.value);
  }
  return { value: values, score };
}
