import type { Json } from '../support/caller.js';

/** An answer that fits a schema of the agents' own: lists of so many, with these words wherever there may be any. */
export function fittingAnswer(schema: Json, words: string, items = 2): Json {
  const within = (part: Json) => fittingAnswer(part, words, items);
  if (schema.anyOf) return within(schema.anyOf.find(({ type }: Json) => type !== 'null'));
  if (schema.enum) return schema.enum.at(-1);
  const [type] = [schema.type].flat().filter((one: string) => one !== 'null');
  switch (type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, within(one)]));
    case 'array':
      return Array.from({ length: items }, () => within(schema.items));
    case 'string':
      return words;
    case 'integer':
    case 'number':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    default:
      throw new Error(`no words for ${JSON.stringify(schema)}`);
  }
}
