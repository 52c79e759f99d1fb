import { valuesOf } from '../text/find.js';
import { nameWords, textWords } from '../text/words.js';
import { comparison } from './fill-comparison.js';
import { type FieldPlace, type Filling, isShallow, tryFill } from './place.js';
import { merge, resolve } from './resolve.js';
import { isObject, type Json, type Schema, sameJson } from './types.js';

const NEUTRAL = new Set(
  'unknown other none neutral normal medium info todo general unsure unclear unspecified default'.split(' '),
);

/** Returns the position where the words of an option first occur in the text, or -1. */
function position(option: Json, text: string): number {
  if (typeof option !== 'string' && typeof option !== 'number') return -1;
  const words = nameWords(String(option));
  return words.length === 0 ? -1 : ` ${textWords(text).join(' ')} `.indexOf(` ${words.join(' ')} `);
}

/** Options by evidence: the value under the same name, a comparison, the first one in the text, then a neutral one. */
export function* fillChoices(schema: Schema, place: FieldPlace): Generator<Filling> {
  const options = schema.enum ?? [];
  if (schema.const !== undefined) {
    const said = position(schema.const, place.source.text) >= 0;
    yield { value: schema.const, score: said ? 1 : 0 };
    return;
  }
  for (const value of valuesOf(place.source, place.name, place.about)) {
    const option = options.find((one) => sameJson(one, value) || sameWords(one, value));
    if (option !== undefined) yield { value: option, score: 2 };
  }
  const compared = comparison(options, place);
  if (compared !== undefined) yield { value: compared, score: 2 };
  const said = options
    .map((value) => ({ value, at: position(value, place.source.text) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  for (const { value } of said) yield { value, score: 1 };
  const neutral = options.find((option) => NEUTRAL.has(String(option).toLowerCase()));
  if (neutral !== undefined) yield { value: neutral, score: 0 };
  for (const value of options) yield { value, score: 0 };
}

function sameWords(option: Json, value: Json): boolean {
  if (typeof option !== 'string' || typeof value !== 'string') return false;
  return nameWords(option).join(' ') === nameWords(value).join(' ');
}

/** Cheap branches come first when the value should be small: null and scalars before lists before objects. */
function cost(schema: Schema): number {
  const types = [schema.type ?? []].flat();
  if (types.includes('null')) return 0;
  if (schema.const !== undefined || schema.enum) return 1;
  if (schema.anyOf ?? schema.oneOf) return 4;
  if (schema.properties || types.includes('object')) return 3 + Object.keys(schema.properties ?? {}).length;
  return types.includes('array') ? 3 : 2;
}

/** The branch that the text says most about; null when it says nothing. */
export function* fillBranches(schema: Schema, place: FieldPlace): Generator<Filling> {
  const { anyOf, oneOf, ...own } = schema;
  const root = place.work.root;
  const branches = (anyOf ?? oneOf ?? []).flatMap((node) => (node === false ? [] : [resolve(node, root)]));
  const base: Schema = anyOf && oneOf ? { ...own, oneOf } : own;
  const merged = branches.map((branch) => merge(base, branch));
  const attempt = (branch: Schema): Filling | undefined => {
    const taken = [...place.work.taken];
    const filling = tryFill(() => place.work.fillNode(branch, { ...place, depth: place.depth + 1 }));
    if (isShallow(place)) place.work.taken = new Set(taken);
    return filling;
  };
  if (!isShallow(place)) {
    for (const branch of merged.toSorted((a, b) => cost(a) - cost(b))) {
      const filling = attempt(branch);
      if (filling) yield filling;
    }
    return;
  }
  const filled = merged.flatMap((branch) => attempt(branch) ?? []);
  const rank = (filling: Filling): number =>
    filling.score > 0
      ? 1 + filling.score + (isObject(filling.value) ? 0.5 : 0)
      : filling.value === null
        ? 1
        : 0;
  yield* filled.toSorted((a, b) => rank(b) - rank(a));
}
