import type { Json } from '../support/caller.js';
import { type Generated, idsFor, type Named } from './generate-request.js';
import { leastBody, type Operation, withId } from './operations.js';

/**
 * The smallest request of the operation, with each parameter in turn a NUL, and each number of its body the largest
 * allowed.
 */
export function edges(described: Operation, { inPath }: Named): Generated[] {
  const [agent = ''] = inPath.agents ?? [];
  const operation = { ...described, path: described.path.replace('{key}', agent) };
  const parameters: Json[] = operation.described.parameters ?? [];
  const [id = '00000000-0000-4000-8000-000000000000'] = idsFor(operation, inPath, 'id');
  const body = leastBody(operation);
  const least = request(withId(operation, id), body);
  const paths = parameters
    .filter((one) => one.in === 'path')
    .map(({ name }) => ({
      ...operation,
      path: described.path.replace(`{${name}}`, '%00').replace('{key}', agent),
    }))
    .map((nul) => request(withId(nul, id), body));
  const queries = parameters
    .filter((one) => one.in === 'query')
    .map(({ name }) => {
      const { address } = least;
      return request(`${address}${address.includes('?') ? '&' : '?'}${name}=%00`, body);
    });
  const fields: Record<string, Json> =
    operation.described.requestBody?.content['application/json'].schema.properties ?? {};
  const bodies = Object.entries(fields)
    .map(([name, field]) => ({
      name,
      maximum: [field, ...(field.anyOf ?? [])].find(({ maximum: most }) => most !== undefined)?.maximum,
    }))
    .filter(({ maximum }) => maximum !== undefined)
    .map(({ name, maximum }) => request(least.address, { ...body, [name]: maximum }));
  return [least, ...paths, ...queries, ...bodies];
}

function request(address: string, body: Json): Generated {
  return {
    address,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    value: body,
    valid: false,
    foreign: false,
    as: 'owner',
  };
}
