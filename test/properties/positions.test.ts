import fc from 'fast-check';
import { expect, test } from 'vitest';
import { receipt } from '../../src/engine/attestation/receipt.js';
import { readCursor, writeCursor } from '../../src/engine/feed/cursor.js';
import { readPosition, writePosition } from '../../src/engine/feed/position.js';
import { canonical } from '../../src/platform/canonical.js';
import { AppError } from '../../src/platform/http/app-error.js';

const number = fc
  .bigInt({ min: 1n, max: 2n ** 60n })
  .filter((id) => id % 2n ** 32n !== 0n)
  .map(String);
const snapshot = fc.uniqueArray(number, { minLength: 2, maxLength: 40 }).map((numbers) => {
  const [min, ...rest] = numbers.sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  return `${min}:${rest.at(-1)}:${rest.slice(0, -1).join(',')}`;
});
const moment = fc
  .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((at) => at.toISOString());
const position = fc.record(
  {
    era: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
    seen: snapshot,
    within: fc.record({
      until: snapshot,
      at: moment,
      run_id: fc.uuid(),
      seq: fc.integer({ min: 1, max: 999_999 }),
    }),
  },
  { requiredKeys: ['era', 'seen'] },
);

test('a position in the stream is read as it was written', () => {
  fc.assert(
    fc.property(position, (place) => {
      expect(readPosition(writePosition(place))).toEqual(place);
    }),
  );
});

test('any other text is refused as a cursor, in one way', () => {
  const refused = (read: (text: string) => unknown) => (text: string) => {
    try {
      read(text);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).code).toBe('invalid_cursor');
    }
  };
  fc.assert(fc.property(fc.string({ maxLength: 300 }), refused(readPosition)));
  fc.assert(fc.property(fc.string({ maxLength: 300 }), refused(readCursor)));
});

test('a page cursor is read as it was written', () => {
  const cursor = fc.record({
    active: fc.option(fc.uuid()),
    recent: fc.option(fc.record({ at: moment, id: fc.uuid() })),
  });
  fc.assert(
    fc.property(cursor, (place) => {
      expect(readCursor(writeCursor(place))).toEqual(place);
    }),
  );
});

test('the same facts have the same receipt in any key order, and any change gives another', () => {
  const facts = fc.record({
    seq: fc.integer({ min: 1 }),
    type: fc.constant('background_run_started' as const),
    at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') }),
    status: fc.string(),
    attempt: fc.integer(),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
  });
  fc.assert(
    fc.property(fc.uuid(), facts, fc.string(), (run_id, event, other) => {
      const turned = { ...event, data: Object.fromEntries(Object.entries(event.data).reverse()) };
      expect(receipt(run_id, turned)).toEqual(receipt(run_id, event));
      if (other !== event.status) {
        expect(receipt(run_id, { ...event, status: other }).digest).not.toBe(receipt(run_id, event).digest);
      }
      expect(canonical(turned.data)).toBe(canonical(event.data));
    }),
  );
});
