import { partOf } from '../text/find.js';
import { nameWords } from '../text/words.js';
import { fitsSchema } from './check.js';
import { type FieldPlace, type Filling, isShallow, tryFill } from './place.js';
import { isObject, type Json, type Schema, type SchemaNode, SchemaProblem } from './types.js';

const MOST_EXTRA_KEYS = 20;

function propertyOf(schema: Schema, key: string): SchemaNode {
  const { properties } = schema;
  if (properties && Object.hasOwn(properties, key)) return properties[key] ?? true;
  return schema.additionalProperties ?? true;
}

/** Keys beyond the named ones: those of the same object in the text, and made-up ones up to the least number. */
function* extraKeys(schema: Schema, part: FieldPlace['source'] | undefined): Generator<string> {
  const inText = isObject(part?.json)
    ? Object.keys(part.json)
    : (part?.pairs ?? []).map(({ key }) => key.join('_'));
  yield* inText.slice(0, MOST_EXTRA_KEYS);
  for (let index = 1; index <= (schema.minProperties ?? 0) + 1; index++) yield `field_${index}`;
}

/** Required properties always, others when the text holds them. */
export function fillObject(schema: Schema, place: FieldPlace): Filling {
  const part = partOf(place.source, place.name);
  const source = part ?? place.source;
  const entries = new Map<string, Json>();
  const required = new Set(schema.required ?? []);
  let score = 0;
  const inside = (key: string): FieldPlace => ({
    work: place.work,
    name: nameWords(key),
    source,
    depth: place.depth + 1,
  });
  const keys = new Set([...Object.keys(schema.properties ?? {}), ...required]);
  for (const key of keys) {
    const node = propertyOf(schema, key);
    if (!required.has(key) && !isShallow(place)) continue;
    const attempt = (): Filling => place.work.fillNode(node, inside(key));
    const filling = required.has(key) ? attempt() : tryFill(attempt);
    if (!filling || (!required.has(key) && filling.score === 0)) continue;
    entries.set(key, filling.value);
    score += filling.score;
  }
  const least = schema.minProperties ?? 0;
  const open = isObject(schema.additionalProperties) && part !== undefined;
  const most = Math.min(schema.maxProperties ?? Infinity, open ? MOST_EXTRA_KEYS : least);
  for (const key of [...keys, ...extraKeys(schema, part)]) {
    if (entries.size >= Math.max(least, most)) break;
    if (entries.has(key) || (schema.additionalProperties === false && !keys.has(key))) continue;
    if (entries.size >= least && key.startsWith('field_')) continue;
    if (schema.propertyNames !== undefined && !fitsSchema(schema.propertyNames, key, place.work.root))
      continue;
    if (keys.has(key) && entries.size >= least) continue;
    const filling = tryFill(() => place.work.fillNode(propertyOf(schema, key), inside(key)));
    if (filling) entries.set(key, filling.value);
  }
  if (entries.size < least) throw new SchemaProblem(`too few properties in ${place.name.join(' ')}`);
  return { value: Object.fromEntries(entries), score };
}
