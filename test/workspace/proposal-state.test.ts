import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROPOSAL_STATUSES, type ProposalStatus } from '../../src/platform/db/entities/proposal.entity.js';
import { kinds } from '../../src/workspace/proposals/kinds/index.js';
import { nextProposalStatus, PROPOSAL_EVENTS } from '../../src/workspace/proposals/proposal-state.js';
import { PROPOSAL_KINDS } from '../../workflows/contract/proposal.js';

const event = fc.constantFrom(...PROPOSAL_EVENTS);
const status = fc.constantFrom(...PROPOSAL_STATUSES);

test('what has been decided stays so, whatever happens', () => {
  fc.assert(
    fc.property(status, event, (before, happens) => {
      const after = nextProposalStatus(before, happens);
      if (before !== 'pending') expect([before, null]).toContain(after);
    }),
  );
});

test('what waits may be decided in any way, each with a status of its own', () => {
  const after = PROPOSAL_EVENTS.map((happens) => nextProposalStatus('pending', happens));
  expect(new Set(after)).toEqual(new Set(PROPOSAL_STATUSES.filter((one) => one !== 'pending')));
});

test('deciding the same again is harmless', () => {
  fc.assert(
    fc.property(status, event, (before, happens) => {
      const after = nextProposalStatus(before, happens);
      if (after !== null) expect(nextProposalStatus(after, happens)).toBe(after);
    }),
  );
});

test('any sequence of events decides once, and it is the first that does', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 20 }), (events) => {
      const first = nextProposalStatus('pending', events[0]!);
      const last = events.reduce<ProposalStatus>(
        (now, happens) => nextProposalStatus(now, happens) ?? now,
        'pending',
      );
      expect(last).toBe(first);
    }),
  );
});

test('the registry has every kind, each in a file of its own', () => {
  const folder = join(import.meta.dirname, '../../src/workspace/proposals/kinds');
  const files = readdirSync(folder).filter((file) => file !== 'index.ts');
  const expected = PROPOSAL_KINDS.map((kind) => `${kind.replaceAll('_', '-')}.ts`);
  expect(files.sort()).toEqual(expected.sort());
  for (const kind of PROPOSAL_KINDS) expect(kinds[kind].kind).toBe(kind);
});

test('a kind that is pinned is about something', () => {
  for (const { kind, pinned, target } of Object.values(kinds))
    if (pinned) expect(target, kind).toEqual(expect.any(String));
});
