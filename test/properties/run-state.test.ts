import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelay } from '../../workflows/agent-run.js';
import {
  ENDED_STATUSES,
  endingEvent,
  isEnded,
  nextStatus,
  RESERVED_EVENTS,
  RESERVED_STATUSES,
  RUN_EVENTS,
  RUN_STATUSES,
  type RunStatus,
  statusesBefore,
} from '../../workflows/contract/run-state.js';

const event = fc.constantFrom(...RUN_EVENTS);
const status = fc.constantFrom(...RUN_STATUSES);

test('a run that has ended stays as it ended, whatever happens', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ENDED_STATUSES), event, (ended, happens) => {
      expect(nextStatus(ended, happens)).toBeNull();
    }),
  );
});

test('any sequence of events visits statuses that exist, and ends at most once', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let now: RunStatus | null = null;
      let ends = 0;
      for (const happens of events) {
        const next: RunStatus | null = nextStatus(now, happens);
        if (next === null) continue;
        expect(RUN_STATUSES).toContain(next);
        if (isEnded(next)) ends += 1;
        now = next;
      }
      expect(ends).toBeLessThanOrEqual(1);
    }),
  );
});

test('what may come before an event is what the machine says', () => {
  fc.assert(
    fc.property(status, event, (before, happens) => {
      expect(statusesBefore(happens).includes(before)).toBe(nextStatus(before, happens) !== null);
    }),
  );
});

test('every ending is reached by its own event, from whatever is under way and may end so', () => {
  for (const ended of ENDED_STATUSES) {
    for (const before of statusesBefore(endingEvent(ended))) {
      expect(nextStatus(before, endingEvent(ended))).toBe(ended);
    }
    expect(statusesBefore(endingEvent(ended)).length).toBeGreaterThan(0);
  }
});

test('a run reaches every status but the reserved ones, by events that are not reserved', () => {
  const written = RUN_EVENTS.filter((one) => !RESERVED_EVENTS.some((reserved) => reserved === one));
  const reached = new Set<RunStatus>();
  const reach = (before: RunStatus | null): void => {
    for (const happens of written) {
      const next = nextStatus(before, happens);
      if (next === null || reached.has(next)) continue;
      reached.add(next);
      reach(next);
    }
  };
  reach(null);
  const all = [...reached, ...RESERVED_STATUSES];
  expect(all.sort()).toEqual([...RUN_STATUSES].sort());
});

test("retry delays never shrink and never pass the policy's most", () => {
  const policy = fc.record({
    max_attempts: fc.integer({ min: 1, max: 50 }),
    first_delay_ms: fc.integer({ min: 0, max: 60_000 }),
    backoff: fc.double({ min: 1, max: 10, noNaN: true }),
    max_delay_ms: fc.integer({ min: 60_000, max: 3_600_000 }),
  });
  fc.assert(
    fc.property(policy, fc.integer({ min: 1, max: 50 }), (retry, attempt) => {
      const delay = retryDelay(retry, attempt);
      expect(delay).toBeLessThanOrEqual(retry.max_delay_ms);
      expect(retryDelay(retry, attempt + 1)).toBeGreaterThanOrEqual(delay);
    }),
  );
});
