type Node = Record<string, unknown>;

const LOOSE = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas'];

/** A provider can hold its model to a schema if every field is required and no other field is allowed. */
export function isStrict(schema: Node): boolean {
  return schema.type === 'object' && schema.anyOf === undefined && fits(schema);
}

function fits(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return typeof schema === 'boolean';
  const node = schema as Node;
  if (LOOSE.some((keyword) => Object.hasOwn(node, keyword))) return false;
  const types = [node.type].flat();
  if (types.includes('object') && !isClosed(node)) return false;
  if (types.includes('array') && node.items === undefined && node.prefixItems === undefined) return false;
  const parts = ['properties', '$defs', 'definitions'].flatMap((keyword) =>
    Object.values(node[keyword] ?? {}),
  );
  const items = node.items === undefined ? [] : [node.items];
  return [...parts, ...items, ...((node.anyOf as unknown[] | undefined) ?? [])].every(fits);
}

function isClosed({ properties, required, additionalProperties }: Node): boolean {
  const named = (required as string[] | undefined) ?? [];
  return additionalProperties === false && Object.keys(properties ?? {}).every((key) => named.includes(key));
}
