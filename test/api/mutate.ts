import fc from 'fast-check';
import type { Json } from '../support/caller.js';

const DEEP = JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`);

/** Values that hardly any field takes. */
const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  'a\u0000b',
  '\ud800',
  "'; DROP TABLE docs; --",
  '$1 {{x}} %s',
  '../../etc/passwd',
  '9999-99-99',
  '275760-09-13T00:00:00Z',
  'x'.repeat(20_000),
  '👩‍👩‍👧‍👦'.repeat(200),
  [],
  {},
  [null],
  { a: { b: [] } },
  { constructor: { prototype: {} } },
  Array.from({ length: 1000 }, () => 'x'),
  DEEP,
];

type Path = (string | number)[];

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (value === null || typeof value !== 'object') return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => pathsIn(inner, [...at, name]))];
}

function withChange(value: Json, [name, ...rest]: Path, change: (value: Json) => Json): Json {
  if (name === undefined) return change(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const inner = withChange(copy[name], rest, change);
  if (inner === undefined && !Array.isArray(copy)) delete copy[name];
  else copy[name] = inner;
  return copy;
}

/** Generates the same value with one fault: another type, a field less, a field more. */
export function mutated(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(
      values,
      fc.nat(),
      fc.constantFrom(...HOSTILE),
      fc.constantFrom('replace', 'replace', 'drop', 'add'),
      fc.constantFrom('surplus', '__proto', 'constructor', 'organisation_id', 'user_id', '\u0000', '\ud800'),
    )
    .map(([value, nth, hostile, kind, extra]) => {
      const paths = pathsIn(value);
      const path = paths[nth % paths.length] ?? [];
      return withChange(value, path, (inner) => {
        if (kind === 'replace') return hostile;
        if (kind === 'drop') return undefined;
        return inner !== null && typeof inner === 'object' && !Array.isArray(inner)
          ? { ...inner, [extra]: hostile }
          : { [extra]: hostile };
      });
    });
}

/** Bodies that are no JSON, or JSON that a careless reader trips over. */
export const BROKEN_BODIES: fc.Arbitrary<{ body: string; type: string | undefined }> = fc.record({
  body: fc.constantFrom(
    '',
    '{',
    '{"title":',
    'null',
    '[]',
    '"text"',
    '1e999',
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{}}}',
    '\ufeff{}',
    '{"title":"a","title":"b"}',
    '['.repeat(20_000),
    `{"title":"${'x'.repeat(300_000)}"}`,
    'title=a&body=b',
    '<title>a</title>',
    '\u0000',
  ),
  type: fc.constantFrom(
    'application/json',
    'application/json',
    'application/json; charset=utf-16',
    'application/merge-patch+json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'x',
    '',
    undefined,
  ),
});

/** Pieces of an address, already written as they are sent. */
export const HOSTILE_PIECES: fc.Arbitrary<string> = fc.constantFrom(
  '%00',
  'a%00b',
  '%ff',
  '%zz',
  '%',
  '..',
  '%2e%2e',
  '..%2f..%2fpackage.json',
  '%27%20OR%201%3D1',
  'a'.repeat(600),
  '0',
  '-1',
  '1e3',
  '2147483648',
  '99999999999999999999',
  'null',
  '__proto__',
  'constructor',
  '%F0%9F%A6%89',
  '%ED%A0%80',
  '[]',
  '*',
  '00000000-0000-0000-0000-000000000000',
  'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
);
