import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../src/commands/import/csv.js';

const read = (text: string) => [...readCsv(text)];
const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`;
const asNeeded = (field: string) => (/[",\r\n]/.test(field) ? quoted(field) : field);

const field = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a', ' ') }),
);
const record = fc.array(field, { minLength: 1, maxLength: 5 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

describe('what was written', () => {
  test('is read, whatever it holds, with any line end and with or without the last one', () => {
    fc.assert(
      fc.property(fc.array(record), lineEnd, fc.boolean(), fc.boolean(), (records, end, all, last) => {
        const lines = records.map((fields) =>
          fields.length === 1 || all ? fields.map(quoted).join(',') : fields.map(asNeeded).join(','),
        );
        const text = lines.join(end) + (last ? end : '');
        expect(read(text).map(({ fields, problem }) => problem ?? fields)).toEqual(records);
      }),
      { numRuns: 2000 },
    );
  });

  test('names the line where each record begins', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1 }), lineEnd, (records, end) => {
        const lines = records.map((fields) => fields.map(quoted).join(','));
        let line = 1;
        const wanted = lines.map((text) => {
          const begins = line;
          line += (text.match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
          return begins;
        });
        expect(read(lines.join(end)).map((one) => one.line)).toEqual(wanted);
      }),
    );
  });
});

test('no text makes it fail, or lose its place', () => {
  const text = fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', 'a', '\uFEFF') });
  fc.assert(
    fc.property(text, (any) => {
      const lines = read(any).map(({ line }) => line);
      expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b));
      expect(lines.at(-1) ?? 1).toBeLessThanOrEqual((any.match(/\r\n|\r|\n/g)?.length ?? 0) + 1);
    }),
    { numRuns: 2000 },
  );
});

test('a broken record says why, and those after it are read', () => {
  expect(read('a,b\n1,x"y\n"1"2,3\n"open,4\n5,6\n')).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 2, fields: ['1'], problem: 'a field with a quote in it must be quoted' },
    { line: 3, fields: ['1'], problem: 'there is text after the end of a quoted field' },
    { line: 4, fields: [], problem: 'a quoted field is not closed' },
    { line: 5, fields: ['5', '6'] },
  ]);
});

test('a mark of the byte order and empty lines are passed over', () => {
  expect(read('\uFEFFa,b\n\n\r\n1,\n""\n')).toEqual([
    { line: 1, fields: ['a', 'b'] },
    { line: 4, fields: ['1', ''] },
    { line: 5, fields: [''] },
  ]);
  expect(read('')).toEqual([]);
});
