import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { committedDocument } from './openapi.js';

interface Declared {
  content?: Record<string, { schema?: object }>;
}

interface Reference {
  $ref: string;
}

interface Route {
  method: string;
  path: string;
  matches: RegExp;
  responses: Record<string, Declared>;
}

interface Answered {
  status: number;
  type: string;
  body: unknown;
}

/**
 * Addresses served beside the described operations: the page of the document, and the codec route that takes its key in
 * the address.
 */
const UNDESCRIBED = /^\/api\/(docs$|reference|openapi\.json$|temporal\/codec\/keys\/)/;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

const compiled = new Map<object, ValidateFunction>();
let known: Route[] | undefined;
let problem: object = {};

/** Routes without parameters come first, as the router prefers them. */
function routes(): Route[] {
  if (known) return known;
  const document = committedDocument();
  const paths: Record<
    string,
    Record<string, { responses: Record<string, Declared | Reference> }>
  > = document.paths;
  const named: Record<string, Declared> = document.components.responses;
  const resolved = (one: Declared | Reference): Declared =>
    '$ref' in one ? (named[one.$ref.split('/').at(-1) ?? ''] ?? {}) : one;
  problem = document.components.schemas.Problem;
  ajv.addSchema({ $id: 'document', components: document.components });
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path,
      matches: new RegExp(
        `^${path
          .replace(/[.]/g, '\\.')
          .replace('{path}', '.+')
          .replace(/\{\w+\}/g, '[^/]+')}$`,
      ),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, one]) => [status, resolved(one)]),
      ),
    })),
  );
  known = described.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return known;
}

/** References of the document, as they are known here. */
function within(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'));
}

/**
 * Returns the fault of an answer by the committed OpenAPI document; null if it is as declared. Undeclared fields are
 * faults.
 */
export function undeclared(method: string, path: string, answer: Answered): string | null {
  const [bare = ''] = path.split('?');
  const route = routes().find((one) => one.method === method && one.matches.test(bare));
  // Headers that are too large are answered by Node's own HTTP server, before there is a route.
  if (answer.status === 431 || method === 'HEAD' || method === 'OPTIONS') return null;
  if (!route) return unrouted(method, bare, answer);
  const name = `${method} ${route.path} answered ${answer.status}`;
  const declared = route.responses[answer.status];
  if (!declared) return `${name}, which is not declared`;
  if (!declared.content) return answer.status === 204 && answer.body ? `${name} with a body` : null;
  const type = answer.type.split(';')[0] ?? '';
  if (declared.content['*/*']) return null;
  const content = declared.content[type];
  if (!content) return `${name} as "${type}", not as ${Object.keys(declared.content).join(' or ')}`;
  if (!content.schema) return null;
  return misfit(name, content.schema, answer.body);
}

/** A request without an operation gets a problem document that says so. */
function unrouted(method: string, path: string, { status, type, body }: Answered): string | null {
  if (!path.startsWith('/api/') || UNDESCRIBED.test(path)) return null;
  const name = `${method} ${path}, which is no operation, answered ${status}`;
  if (![404, 405].includes(status) || !type.startsWith('application/problem+json'))
    return `${name} as "${type}"`;
  return misfit(name, problem, body);
}

function misfit(name: string, schema: object, body: unknown): string | null {
  const validate = compiled.get(schema) ?? ajv.compile(within(schema));
  compiled.set(schema, validate);
  if (validate(body)) return null;
  const faults = (validate.errors ?? [])
    .slice(0, 5)
    .map(
      ({ instancePath, message, params }) =>
        `${instancePath || '/'} ${message} ${JSON.stringify(params).slice(0, 120)}`,
    );
  return `${name} otherwise than declared: ${faults.join('; ')}`;
}
