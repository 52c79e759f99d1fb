import { valuesOf } from '../text/find.js';
import { asksForId, bestId, findIds } from '../text/ids.js';
import { isRequest, rank, salientExtract } from '../text/salience.js';
import { sentencesOf } from '../text/sentences.js';
import { termsOf, textWords } from '../text/words.js';
import { FORMATS } from './formats.js';
import { compile, writeMatch } from './pattern.js';
import type { FieldPlace, Filling } from './place.js';
import type { Json, Schema } from './types.js';

const TITLES = new Set(['title', 'name', 'subject', 'headline', 'label', 'heading', 'topic']);
const LONG = new Set([
  'summary',
  'body',
  'content',
  'markdown',
  'text',
  'report',
  'answer',
  'description',
  'overview',
  'message',
]);
const QUERIES = new Set(['query', 'question', 'search', 'q', 'prompt']);
const YES = /^(?:true|yes|y|1|on|done)$/i;
const NO = /^(?:false|no|n|0|off|none)$/i;
const TITLE_LENGTH = 80;
const RECORD_LENGTH = 400;
const MOST_VARIANTS = 50;

/** A sentence as a title: without the id before it and the details after it, cut at a word. */
function titleOf(sentence: string): string {
  const id = findIds(sentence).find((found) => sentence.indexOf(found) <= 1);
  const plain = (id === undefined ? sentence : sentence.slice(sentence.indexOf(id) + id.length))
    .replace(/^[\]):\s–—-]+/, '')
    .replace(/\s+[([{].*$/, '');
  if (plain === '') return sentence.slice(0, TITLE_LENGTH);
  return plain.length <= TITLE_LENGTH ? plain : plain.slice(0, TITLE_LENGTH).replace(/\s+\S*$/, '');
}

/** Prose for a name: the question itself, a short title, a summary, or the next sentence not used yet. */
function prose(place: FieldPlace): string {
  const { source, name, work } = place;
  const last = name.at(-1) ?? '';
  if (QUERIES.has(last) && work.question !== '') return work.question.slice(0, 200);
  const sentences = source.sentences;
  if (LONG.has(last)) return salientExtract(sentences, { count: 3, characters: 600 }, work.question);
  const ranked = rank(sentences, `${name.join(' ')} ${place.about ?? ''} ${work.question}`);
  if (TITLES.has(last)) {
    return titleOf(source.text.length <= RECORD_LENGTH ? (sentences[0] ?? '') : (ranked[0]?.sentence ?? ''));
  }
  const next = ranked.find(({ sentence }) => !work.taken.has(sentence)) ?? ranked[0];
  if (next) work.taken.add(next.sentence);
  return next?.sentence ?? '';
}

function written(value: Json): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value);
}

/** Parts of the text that match the pattern when its anchors are left out. */
function matchesIn(text: string, pattern: string): string[] {
  const expression = compile(pattern);
  const tokens = text.split(/[\s,;()[\]{}"'<>]+/).filter((token) => token !== '' && token.length <= 200);
  return [...new Set(tokens.flatMap((token) => [token, token.replace(/[.:!?]+$/, '')]))].filter((token) =>
    expression.test(token),
  );
}

/** Cuts or pads to the length limits; counts the same in UTF-16 units and in characters. */
function fitted(text: string, schema: Schema): string {
  const { minLength = 0, maxLength = Infinity } = schema;
  if (minLength === 0 && maxLength === Infinity) return text;
  let fit = text.replace(/[\ud800-\udfff]/g, '').slice(0, maxLength);
  if (fit.length < minLength)
    fit = `${fit}${fit === '' ? '' : ' '}`.padEnd(minLength, '. ').slice(0, minLength);
  return fit.endsWith(' ') && fit.length === minLength ? `${fit.slice(0, -1)}.` : fit;
}

function* evidence(schema: Schema, place: FieldPlace): Generator<Filling> {
  const { source, name } = place;
  if (typeof source.json === 'string') yield { value: source.json, score: 2 };
  for (const value of valuesOf(source, name, place.about).slice(0, 20)) {
    if (value === null) continue;
    const text = written(value);
    const format = schema.format === undefined ? undefined : FORMATS[schema.format];
    for (const found of format?.find(text) ?? []) yield { value: found, score: 2 };
    yield { value: text, score: 2 };
  }
  if (schema.format !== undefined)
    for (const found of FORMATS[schema.format]?.find(source.text) ?? []) yield { value: found, score: 1 };
  const id = asksForId(name) ? bestId(source.text, name) : undefined;
  if (id !== undefined) yield { value: id, score: 1 };
  if (schema.pattern !== undefined)
    for (const found of matchesIn(source.text, schema.pattern)) yield { value: found, score: 1 };
}

function* inventions(schema: Schema, place: FieldPlace): Generator<string> {
  if (typeof schema.default === 'string') yield schema.default;
  yield asksForId(place.name) ? 'unknown' : place.work.smallest ? '' : prose(place);
  yield* (schema.format === undefined ? undefined : FORMATS[schema.format])?.fallbacks ?? [];
  yield place.name.join(' ');
  if (schema.pattern !== undefined)
    for (let extra = 0; extra <= Math.max(8, schema.minLength ?? 0); extra++)
      yield writeMatch(schema.pattern, extra) ?? '';
  for (let index = 0; index < MOST_VARIANTS; index++)
    yield index === 0 ? '-' : `${place.name.join(' ')} ${index}`;
  for (let index = 0; index < MOST_VARIANTS; index++)
    yield String.fromCharCode(97 + (index % 26)).repeat(1 + Math.floor(index / 26));
}

/** Offers every text unchanged first, then cut or padded to the limits. */
export function* fillString(schema: Schema, place: FieldPlace): Generator<Filling> {
  const plain = schema.format === undefined && schema.pattern === undefined;
  for (const { value, score } of evidence(schema, place)) {
    if (!plain) yield { value, score };
    yield { value: fitted(String(value), schema), score };
  }
  for (const text of inventions(schema, place)) yield { value: fitted(text, schema), score: 0 };
}

/** Takes true or false under the same name, else checks whether the text mentions the name without denying it. */
export function* fillBoolean(place: FieldPlace): Generator<Filling> {
  for (const value of valuesOf(place.source, place.name, place.about)) {
    if (typeof value === 'boolean') yield { value, score: 2 };
    else if (YES.test(String(value))) yield { value: true, score: 2 };
    else if (NO.test(String(value))) yield { value: false, score: 2 };
  }
  const terms = termsOf(place.name.join(' '));
  const about = sentencesOf(place.source.text).find((sentence) => {
    const said = new Set(termsOf(sentence));
    return terms.length > 0 && terms.every((term) => said.has(term)) && !isRequest(sentence);
  });
  const denied =
    about !== undefined && textWords(about).some((word) => /^(?:no|not|never|without)$/.test(word));
  yield { value: about !== undefined && !denied, score: 0 };
  yield { value: about === undefined || denied, score: 0 };
}
