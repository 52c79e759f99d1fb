import fc from 'fast-check';
import type { Json } from '../support/caller.js';
import { fromSchema, type Suggested } from './from-schema.js';
import { BROKEN_BODIES, HOSTILE_PIECES, mutated } from './mutate.js';
import type { Operation } from './operations.js';

/** Ids and keys by the family of paths that takes them. */
export type Things = Record<string, readonly string[]>;
export type Sender = 'owner' | 'viewer' | 'nobody';

export interface Generated {
  /** The address as it is sent, with its query. */
  address: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** The value that the body holds, where the body is JSON as the operation takes it. */
  value: unknown;
  /** True if the request fits the operation's schemas. */
  valid: boolean;
  /** True if the path names something of the other organisation. */
  foreign: boolean;
  as: Sender;
}

interface Piece {
  text: string;
  valid: boolean;
  foreign: boolean;
}

const FAMILY_OF_NAME: Record<string, string> = {
  key: 'agents',
  agent: 'agents',
  project_id: 'projects',
  user_id: 'members',
  assignee_id: 'members',
  run_id: 'agent-runs',
  other_id: 'tickets',
  ticket_ids: 'tickets',
  ids: 'proposals',
  path: 'files',
  claim: 'claims',
};

const WORDS: Record<string, readonly (string | number)[]> = {
  time_zone: ['Europe/Berlin', 'UTC'],
  cron: ['0 9 * * 1', '*/10 * * * *'],
  version: [1, 2, 0],
  revision: [1, 2],
  number: [1, 2],
  from: [1, '2026-11-02T00:00:00Z'],
  to: ['2026-11-03T00:00:00Z'],
  from_day: ['2026-11-02'],
  to_day: ['2026-11-03'],
  model: ['reasoning', 'fast'],
  failing: ['true', 'false'],
  archived: ['true', 'false'],
  mine: ['true', 'false'],
  dropped: ['true', 'false'],
  kind: ['blocks'],
  scope: ['organisation'],
};

/** The id of a binding stands below its agent. */
const familyOfId = (path: string): string => (path.includes('/bindings/') ? 'bindings' : familyOf(path));
export const idsFor = ({ path }: Operation, things: Things, name: string): readonly string[] =>
  things[name === 'id' ? familyOfId(path) : (FAMILY_OF_NAME[name] ?? '')] ?? [];

export const familyOf = (path: string): string => path.split('/')[2] ?? '';

export interface Named {
  own: Things;
  /** The things in the path, which the operation may change or delete. */
  inPath: Things;
  foreign: Things;
}

export function requests(operation: Operation, { own, inPath, foreign }: Named): fc.Arbitrary<Generated> {
  const ids = (things: Things, name: string) => idsFor(operation, things, name);
  const suggested: Suggested = (name, schema) => {
    if (FAMILY_OF_NAME[name] && name !== 'key') return someOf(ids(own, name));
    if (schema.format === 'uuid') return someOf(Object.values(own).flat().filter(isUuid));
    return someOf((WORDS[name] ?? []).flatMap((word) => fitting(word, schema)));
  };
  const parameters: Json[] = operation.described.parameters ?? [];
  const within = (place: string) => parameters.filter((one) => one.in === place);
  const path = fc
    .tuple(
      ...within('path').map((one) =>
        aPathPiece(one, suggested, ids(inPath, one.name), ids(foreign, one.name)),
      ),
    )
    .map((pieces) => pieces as Piece[]);
  const content = operation.described.requestBody?.content['application/json'];
  return fc
    .record({
      pieces: path,
      query: aQuery(within('query'), suggested, ids(foreign, 'project_id')),
      headers: someHeaders(within('header')),
      body: content
        ? aBody(content.schema, suggested)
        : fc.constant({ body: undefined, type: undefined, value: undefined, valid: true }),
      as: fc.oneof(
        { weight: 18, arbitrary: fc.constant<Sender>('owner') },
        fc.constant<Sender>('viewer'),
        fc.constant<Sender>('nobody'),
      ),
    })
    .map(({ pieces, query, headers, body, as }) => {
      const names = within('path').map(({ name }) => name as string);
      const filled = names.reduce(
        (at, name, nth) => at.replace(`{${name}}`, () => pieces[nth]?.text ?? ''),
        operation.path,
      );
      return {
        address: filled + query.text,
        headers: { ...headers, ...(body.type === undefined ? {} : { 'content-type': body.type }) },
        body: body.body,
        value: body.value,
        valid: [...pieces, query, body].every(({ valid }) => valid),
        foreign: pieces.some((piece) => piece.foreign),
        as,
      };
    });
}

const isUuid = (text: string) => /^[0-9a-f-]{36}$/.test(text);

/** The word, if it is of the schema's type; in a path everything is text. */
function fitting(
  word: string | number,
  { type, minimum, pattern, enum: allowed }: Json,
): (string | number)[] {
  if (allowed) return allowed.includes(word) ? [word] : [];
  if (type === 'string' && !pattern) return [String(word)];
  if (typeof word === 'number') return type === 'integer' && word >= (minimum ?? word) ? [word] : [];
  return type === 'string' ? [word] : [];
}

function someOf<T>(values: readonly T[]): fc.Arbitrary<T> | undefined {
  return values.length > 0 ? fc.constantFrom(...values) : undefined;
}

const encoded = (value: unknown) => encodeURIComponent(Buffer.from(String(value)).toString());

function aPathPiece(
  { name, schema }: Json,
  suggested: Suggested,
  own: readonly string[],
  foreign: readonly string[],
): fc.Arbitrary<Piece> {
  const piece = (text: string, more: Partial<Piece> = {}): Piece => ({
    text,
    valid: true,
    foreign: false,
    ...more,
  });
  const named = someOf(own) ?? fromSchema(schema, suggested, name);
  return fc.oneof(
    { weight: 10, arbitrary: named.map((value) => piece(encoded(value) || '-')) },
    {
      weight: 1,
      arbitrary: fromSchema(schema, suggested).map((value) => piece(encoded(value) || '-', { valid: false })),
    },
    { weight: 1, arbitrary: HOSTILE_PIECES.map((text) => piece(text, { valid: false })) },
    ...(foreign.length > 0
      ? [
          {
            weight: 2,
            arbitrary: fc.constantFrom(...foreign).map((id) => piece(encoded(id), { foreign: true })),
          },
        ]
      : []),
  );
}

function aQuery(
  parameters: Json[],
  suggested: Suggested,
  foreign: readonly string[],
): fc.Arbitrary<{ text: string; valid: boolean }> {
  const required: string[] = parameters.filter((one) => one.required).map(({ name }) => name);
  const values: fc.Arbitrary<Record<string, unknown>> = fc.record(
    Object.fromEntries(parameters.map(({ name, schema }) => [name, fromSchema(schema, suggested, name)])),
    { requiredKeys: required, noNullPrototype: true },
  );
  const pairs = values.map((given) =>
    Object.entries(given).map(([name, value]) => [
      name,
      encoded(Array.isArray(value) ? value.join(',') : value),
    ]),
  );
  const written = (all: (string | undefined)[][]) =>
    all.length > 0 ? `?${all.map(([name, value]) => `${name}=${value}`).join('&')}` : '';
  const wrong = fc
    .tuple(
      pairs,
      fc.oneof(
        fc.constantFrom('surplus', '__proto__', 'constructor', 'a[b]', '%00', '%ff', '%zz'),
        fc.constantFrom('limit', ...parameters.map(({ name }) => name as string)),
      ),
      fc.oneof(HOSTILE_PIECES, fc.constantFrom(...(foreign.length > 0 ? foreign : ['x']))),
    )
    .map(([all, name, value]) => ({ text: written([...all, [name, value]]), valid: false }));
  return fc.oneof(
    { weight: 5, arbitrary: pairs.map((all) => ({ text: written(all), valid: true })) },
    { weight: parameters.length > 0 ? 2 : 1, arbitrary: wrong },
  );
}

/** Only headers that an HTTP client can send at all. */
function someHeaders(parameters: Json[]): fc.Arbitrary<Record<string, string>> {
  const value = fc.stringMatching(/^[!-~]{1,40}$/);
  const all = Object.fromEntries(parameters.map(({ name }) => [name as string, value]));
  return fc
    .record(all, { requiredKeys: [], noNullPrototype: true })
    .map((given) => given as Record<string, string>);
}

function aBody(schema: Json, suggested: Suggested) {
  const values = fromSchema(schema, suggested);
  const json = (valid: boolean) => (value: unknown) => ({
    body: value === undefined ? undefined : JSON.stringify(value),
    type: 'application/json' as string | undefined,
    value,
    valid,
  });
  return fc.oneof(
    { weight: 12, arbitrary: values.map(json(true)) },
    { weight: 6, arbitrary: mutated(values).map(json(false)) },
    { weight: 2, arbitrary: BROKEN_BODIES.map((broken) => ({ ...broken, value: undefined, valid: false })) },
  );
}
