import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Json } from '../support/caller.js';
import { committedDocument, withoutReferences } from '../support/openapi.js';
import { useStack } from '../support/stack.js';
import { type Answered, faults } from './answer-faults.js';
import { edges } from './edge-requests.js';
import { familyOf, type Generated, requests } from './generate-request.js';
import type { Operation } from './operations.js';
import { type TwoOrganisations, twoOrganisations } from './two-organisations.js';

/** Another seed makes other requests: `GENERATED_SEED=28 npm test test/api/generated.test.ts`. */
const SEED = Number(process.env.GENERATED_SEED ?? 27);
const RUNS = Number(process.env.GENERATED_RUNS ?? 50);

const document = withoutReferences(committedDocument());
const OPERATIONS = Object.entries<Record<string, Json>>(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, described]): Operation => ({ method: method.toUpperCase(), path, needs: undefined, described }),
  ),
);
/** Operations that delete things of later ones come last. */
const ORDER = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
const ordered = OPERATIONS.sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method));

const used = useStack({ API_RATE_LIMIT_PER_MINUTE: '1000000', LOG_LEVEL: 'error' });
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const succeeded = new Set<Operation>();
let world: TwoOrganisations;

beforeAll(async () => {
  world = await twoOrganisations(used.stack, used.url);
  await used.worker.end();
});
afterAll(() => agent.destroy());

function send(method: string, sent: Generated): Promise<Answered> {
  const { hostname, port } = new URL(used.url);
  const key = world.keys[sent.as];
  const headers = { ...sent.headers, ...(key && { authorization: `Bearer ${key}` }) };
  const signal = AbortSignal.timeout(15_000);
  return new Promise((resolve, reject) => {
    const going = request(
      { hostname, port, path: sent.address, method, headers, agent, signal },
      (response) => {
        const { statusCode: status = 0, headers: told } = response;
        const type = told['content-type'] ?? '';
        let text = '';
        // A stream does not end by itself.
        if (type.startsWith('text/event-stream')) {
          resolve({ status, type, text });
          going.destroy();
          return;
        }
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status, type, text }));
      },
    );
    going.on('error', reject).end(sent.body);
  });
}

test.each(ordered.map((one) => [`${one.method} ${one.path}`, one] as const))(
  '%s answers generated requests as declared',
  async (_, operation) => {
    const family = familyOf(operation.path);
    const make = world.make[family];
    const changesIt = operation.method !== 'GET' && !operation.path.startsWith('/api/projects/{id}/');
    const inPath = changesIt && make ? { ...world.own, [family]: [await make()] } : world.own;
    const named = { ...world, inPath };
    const takesMore = operation.described.requestBody ?? operation.described.parameters?.length;
    await fc.assert(
      fc.asyncProperty(requests(operation, named), async (sent) => {
        const answer = await send(operation.method, sent);
        if (answer.status < 400) succeeded.add(operation);
        const wrong = faults(operation, sent, answer, world.secrets);
        if (wrong.length > 0)
          throw new Error(`${wrong.join('; ')}: ${answer.status} ${answer.text.slice(0, 1000)}`);
      }),
      {
        seed: SEED,
        numRuns: takesMore ? RUNS : Math.ceil(RUNS / 5),
        examples: edges(operation, named).map((one): [Generated] => [one]),
        endOnFailure: true,
      },
    );
  },
);

test('nearly every operation has succeeded, so that the requests reach what they are for', () => {
  const others = ordered.filter((one) => !succeeded.has(one)).map(({ method, path }) => `${method} ${path}`);
  expect(others.length, others.join(', ')).toBeLessThan(ordered.length / 10);
});
