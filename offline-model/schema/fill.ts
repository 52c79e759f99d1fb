import type { TextSource } from '../text/source.js';
import { fitsSchema } from './check.js';
import { fillArray } from './fill-array.js';
import { fillBranches, fillChoices } from './fill-choice.js';
import { fillNumber } from './fill-number.js';
import { fillObject } from './fill-object.js';
import { fillBoolean, fillString } from './fill-text.js';
import type { FieldPlace, Filling } from './place.js';
import { possibleTypes, resolve } from './resolve.js';
import { type Schema, type SchemaNode, SchemaProblem, sameJson } from './types.js';

const DEEPEST = 40;
const MOST_STEPS = 20_000;

/** Raised when trying every branch of a schema takes too long. */
class TooWide extends Error {}

function fillNode(node: SchemaNode, place: FieldPlace): Filling {
  if (++place.work.steps > MOST_STEPS) throw new TooWide();
  if (place.depth > DEEPEST) throw new SchemaProblem('the schema has no end');
  const schema = resolve(node, place.work.root);
  const about = schema.description ?? place.about;
  for (const filling of fillings(schema, about === undefined ? place : { ...place, about })) {
    if (place.avoid?.some((used) => sameJson(used, filling.value))) continue;
    if (fitsSchema(node, filling.value, place.work.root)) return filling;
  }
  throw new SchemaProblem(`no value fits ${place.name.join(' ') || 'the schema'}`);
}

function* fillings(schema: Schema, place: FieldPlace): Generator<Filling> {
  if (schema.const !== undefined || schema.enum) yield* fillChoices(schema, place);
  else if (schema.anyOf ?? schema.oneOf) yield* fillBranches(schema, place);
  else {
    const types = possibleTypes(schema);
    if (types.length > 1 && [schema.type].flat().length > 1)
      yield* fillBranches({ ...schema, anyOf: types.map((type) => ({ type })) }, place);
    else for (const type of types) yield* fillType(type, schema, place);
  }
}

function* fillType(type: string, schema: Schema, place: FieldPlace): Generator<Filling> {
  if (type === 'string') yield* fillString(schema, place);
  else if (type === 'number' || type === 'integer') yield* fillNumber(schema, place, type === 'integer');
  else if (type === 'boolean') yield* fillBoolean(place);
  else if (type === 'null') yield { value: null, score: 0 };
  else if (type === 'object') yield fillObject(schema, place);
  else if (type === 'array') yield fillArray(schema, place);
  else throw new SchemaProblem(`"${type}" is not a type`);
}

/** Fills a schema from a source; the value is always valid, or a SchemaProblem is raised. */
export function fill(
  schema: Schema,
  source: TextSource,
  question = '',
  likeness: ReadonlyMap<string, number> = new Map(),
): Filling {
  const start = (smallest: boolean): FieldPlace => ({
    name: [],
    source,
    depth: 0,
    work: { root: schema, question, taken: new Set(), likeness, smallest, steps: 0, fillNode },
  });
  try {
    return fillNode(schema, start(false));
  } catch (error) {
    if (!(error instanceof TooWide || error instanceof SchemaProblem || error instanceof RangeError))
      throw error;
  }
  try {
    return fillNode(schema, start(true));
  } catch (error) {
    if (error instanceof SchemaProblem) throw error;
    throw new SchemaProblem('the schema is too large to fill');
  }
}
