import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChainEntry, endOf } from '../../src/engine/attestation/chain.js';
import { END_OF } from '../../src/engine/attestation/chain.sql.js';
import { useDataSource } from '../support/own-database.js';

const own = useDataSource(2);

const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
const nothing = { executions: [], receipts: [] };
const entries = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('archived'), at: times, facts: fc.constant({ executions: [] }) }),
    fc.record({
      kind: fc.constant('attested'),
      at: times,
      facts: fc.record({ receipts: fc.constant([]), shown: fc.option(fc.string()) }),
    }),
    fc.record({
      kind: fc.constant('adopted'),
      at: times,
      facts: fc
        .option(times)
        .map((end) => ({ ...nothing, shown: null, finished_at: end === null ? null : end.toISOString() })),
    }),
  ),
  { maxLength: 5 },
);

test('when a run ended is the same in SQL, by whatever the chain says of it', async () => {
  let number = 0;
  await fc.assert(
    fc.asyncProperty(entries, async (said) => {
      const run_id = randomUUID();
      for (const { kind, at, facts } of said) {
        number += 1;
        await own.db.query(
          `INSERT INTO audit_chain (number, kind, run_id, at, facts, previous, key_id, signature)
           VALUES ($1, $2, $3, $4, $5, '', '', '')`,
          [number, kind, run_id, at, facts],
        );
      }
      const [row] = await own.db.query(END_OF('$1'), [run_id]);
      expect(row.at).toEqual(endOf(said as unknown as ChainEntry[]));
    }),
    { numRuns: 150 },
  );
});
