import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Declared {
  content?: Record<string, { schema?: object }>;
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

const DOCUMENT = new URL('../../docs/reference/openapi.json', import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);

const compiled = new Map<object, ValidateFunction>();
let known: Route[] | undefined;

/** Routes without parameters come first, as the router prefers them. */
function routes(): Route[] {
  if (known) return known;
  const { paths } = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as {
    paths: Record<string, Record<string, { responses: Record<string, Declared> }>>;
  };
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
      responses,
    })),
  );
  known = described.sort((a, b) => a.path.split('{').length - b.path.split('{').length);
  return known;
}

/** What is wrong with an answer by the committed OpenAPI document; null where it is as declared. Undeclared fields are wrong. */
export function undeclared(method: string, path: string, answer: Answered): string | null {
  const [bare = ''] = path.split('?');
  const route = routes().find((one) => one.method === method && one.matches.test(bare));
  // Headers that are too large are answered by Node’s own HTTP server, before there is a route.
  if (!route || answer.status === 431) return null;
  const name = `${method} ${route.path} answered ${answer.status}`;
  const declared =
    route.responses[answer.status] ?? (answer.status >= 400 ? route.responses.default : undefined);
  if (!declared) return `${name}, which is not declared`;
  if (!declared.content) return answer.status === 204 && answer.body ? `${name} with a body` : null;
  const type = answer.type.split(';')[0] ?? '';
  if (declared.content['*/*']) return null;
  const content = declared.content[type];
  if (!content) return `${name} as "${type}", not as ${Object.keys(declared.content).join(' or ')}`;
  if (!content.schema) return null;
  const validate = compiled.get(content.schema) ?? ajv.compile(content.schema);
  compiled.set(content.schema, validate);
  if (validate(answer.body)) return null;
  const faults = (validate.errors ?? [])
    .slice(0, 5)
    .map(
      ({ instancePath, message, params }) =>
        `${instancePath || '/'} ${message} ${JSON.stringify(params).slice(0, 120)}`,
    );
  return `${name} otherwise than declared: ${faults.join('; ')}`;
}
