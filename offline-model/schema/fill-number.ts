import { findDates } from '../text/dates.js';
import { valuesOf } from '../text/find.js';
import { findIds } from '../text/ids.js';
import type { FieldPlace, Filling } from './place.js';
import type { Json, Schema } from './types.js';

const NUMBER = /(?<![\w.-])-?\d{1,15}(?:,\d{3})*(?:\.\d{1,15})?(?![\w-])/g;
const MOST_STEPS = 200;
const RECORD_LENGTH = 400;

function numbersIn(text: string): number[] {
  return (text.match(NUMBER) ?? []).map((written) => Number(written.replaceAll(',', '')));
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return numbersIn(value.replace(/%|\b(?=[a-z])/gi, ' '))[0];
  return Array.isArray(value) ? value.length : undefined;
}

/** Numbers written next to the name, as in "3 open tickets" for `tickets`. */
function near(text: string, words: string[]): number[] {
  const last = words.at(-1);
  if (last === undefined || !/^\w+$/.test(last)) return [];
  const before = new RegExp(`(?<![\\w.-])(-?\\d{1,15}(?:\\.\\d{1,15})?)(?: [a-z]{1,30})? ${last}`, 'gi');
  const after = new RegExp(`\\b${last}\\b[^\\d.\\n]{0,20}(-?\\d{1,15}(?:\\.\\d{1,15})?)`, 'gi');
  return [before, after].flatMap((shape) => [...text.matchAll(shape)].map((found) => Number(found[1])));
}

function withoutNames(text: string): string {
  let plain = text;
  for (const name of [...findIds(text), ...findDates(text)].slice(0, 200))
    plain = plain.replaceAll(name, ' ');
  return plain;
}

function decimals(step: number): number {
  const [digits = '', exponent = '0'] = String(step).split('e');
  return Math.max(0, Math.min(100, (digits.split('.')[1] ?? '').length - Number(exponent)));
}

interface Bounds {
  low: number;
  high: number;
  step: number | undefined;
}

function boundsOf(schema: Schema, whole: boolean): Bounds {
  const step = schema.multipleOf ?? (whole ? 1 : undefined);
  const nudge = step ?? 1e-6;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum } = schema;
  const above = exclusiveMinimum === undefined ? -Infinity : exclusiveMinimum + nudge * 1e-3;
  const below = exclusiveMaximum === undefined ? Infinity : exclusiveMaximum - nudge * 1e-3;
  return { low: Math.max(minimum, above), high: Math.min(maximum, below), step };
}

/** The nearest number within the bounds and on the step. */
function snap(value: number, { low, high, step }: Bounds): number {
  const inside = Math.min(Math.max(value, low), high);
  if (step === undefined || step <= 0) return inside;
  const places = decimals(step);
  const times = Math.round(inside / step);
  const at = (count: number): number => Number((count * step).toFixed(places)) + 0;
  return (
    [at(times), at(times + 1), at(times - 1)].find((number) => number >= low && number <= high) ?? at(times)
  );
}

/** A number without evidence: a generous limit, a half for a share, the number of records for a count, else zero. */
function guess(place: FieldPlace, { low, high }: Bounds): number {
  const last = place.name.at(-1) ?? '';
  if (/^(?:limit|max|top|k)$/.test(last)) return 10;
  if (/^(?:count|total)$/.test(last) || place.name[0] === 'number') return place.source.records.length;
  return low === 0 && high === 1 ? 0.5 : 0;
}

/** Numbers by evidence: under the same name, next to the name, any in a record, else the one nearest to zero. */
export function* fillNumber(schema: Schema, place: FieldPlace, whole: boolean): Generator<Filling> {
  const bounds = boundsOf(schema, whole);
  for (const value of valuesOf(place.source, place.name, place.about).slice(0, 20)) {
    const number = numberOf(value);
    if (number !== undefined) yield { value: snap(number, bounds), score: 2 };
  }
  const plain = withoutNames(place.source.text);
  for (const number of near(plain, place.name)) yield { value: snap(number, bounds), score: 1 };
  if (typeof schema.default === 'number') yield { value: schema.default, score: 0 };
  if (plain.length <= RECORD_LENGTH) {
    const exact = numbersIn(plain).find((number) => snap(number, bounds) === number);
    if (exact !== undefined) yield { value: exact, score: 0 };
  }
  const nearest = snap(guess(place, bounds), bounds);
  const [floor, ceiling] = [schema.exclusiveMinimum, schema.exclusiveMaximum];
  if (floor !== undefined && ceiling !== undefined) yield { value: (floor + ceiling) / 2, score: 0 };
  const step =
    bounds.step ?? (Number.isFinite(bounds.high - bounds.low) ? (bounds.high - bounds.low) / 64 || 1 : 1);
  for (let count = 0; count < MOST_STEPS; count++) {
    yield { value: snap(nearest + count * step, bounds), score: 0 };
    yield { value: snap(nearest - count * step, bounds), score: 0 };
  }
}
