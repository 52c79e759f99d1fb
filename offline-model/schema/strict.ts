import { isObject, type Schema, type SchemaNode } from './types.js';

const REFUSED = ['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas'];

/** Returns why a schema cannot be used with `strict: true`, in the words of the real service, or undefined. */
export function strictProblem(root: Schema): string | undefined {
  if (root.type !== 'object' || root.anyOf)
    return "schema must be a JSON Schema of 'type: \"object\"' at the root, without 'anyOf'.";
  return nodeProblem(root, []);
}

function nodeProblem(node: SchemaNode, path: string[]): string | undefined {
  if (typeof node === 'boolean') return undefined;
  const context = `In context=(${path.map((part) => `'${part}'`).join(', ')})`;
  const refused = REFUSED.find((keyword) => Object.hasOwn(node, keyword));
  if (refused) return `${context}, '${refused}' is not permitted.`;
  if ([node.type].flat().includes('object')) {
    const keys = Object.keys(node.properties ?? {});
    if (node.additionalProperties !== false)
      return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    const missing = keys.find((key) => !node.required?.includes(key));
    if (missing !== undefined)
      return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
  }
  if ([node.type].flat().includes('array') && node.items === undefined && !node.prefixItems)
    return `${context}, array schema missing items.`;
  for (const keyword of ['properties', '$defs', 'definitions']) {
    const children = node[keyword];
    if (!isObject(children)) continue;
    for (const [key, child] of Object.entries(children)) {
      const problem = nodeProblem(child as SchemaNode, [...path, keyword, key]);
      if (problem) return problem;
    }
  }
  for (const [index, branch] of (node.anyOf ?? []).entries()) {
    const problem = nodeProblem(branch, [...path, 'anyOf', String(index)]);
    if (problem) return problem;
  }
  return node.items === undefined ? undefined : nodeProblem(node.items, [...path, 'items']);
}
