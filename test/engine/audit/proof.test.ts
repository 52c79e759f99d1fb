import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { ChainEntry } from '../../../src/engine/attestation/chain.js';
import { ProofBook } from '../../../src/engine/audit/proof.js';
import type { History } from '../../../src/platform/temporal/history.js';

/** The answer of `finish`, as history keeps it. */
function ended(shown: string): History {
  const payload = defaultPayloadConverter.toPayload({ receipts: [], shown });
  return { events: [{ activityTaskCompletedEventAttributes: { result: { payloads: [payload] } } }] };
}

const adopted = (shown: string): ChainEntry => ({
  number: 1,
  kind: 'adopted',
  run_id: null,
  at: new Date(0),
  facts: { executions: [], receipts: [], shown, finished_at: null },
  previous: '',
  key_id: '',
  signature: '',
});

test('a run of an earlier version has to show what its history recorded and what adoption signed', () => {
  const shown = (history: string, chain: string[]) =>
    new ProofBook([ended(history)], chain.map(adopted)).shown;
  expect(shown('of its end', ['2:of all of it'])).toEqual(['of its end', '2:of all of it']);
  expect(shown('2:of all of it', ['2:of what was found', 'of its end'])).toEqual([
    '2:of all of it',
    'of its end',
  ]);
  expect(new ProofBook([], [adopted('2:of what was found')]).shown).toEqual([]);
});
