import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FairQueue } from '../../../src/platform/json-schema/fair-queue.js';

let queue: FairQueue<string>;
beforeEach(() => {
  vi.useFakeTimers();
  queue = new FairQueue(100);
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes so many tasks, each of which takes what its owner's do. */
function served(count: number, times: Record<string, number>): string[] {
  return Array.from({ length: count }, () => {
    const { owner } = queue.next()!;
    vi.advanceTimersByTime(times[owner] ?? 0);
    queue.charge(owner, times[owner] ?? 0);
    return owner;
  });
}
const add = (owner: string, count = 1) => {
  for (let n = 0; n < count; n += 1) expect(queue.add(owner, `${owner} ${n}`)).toBe(true);
};

test('an organisation with quick tasks goes before twenty with slow ones, once it has been here', () => {
  const slow = Array.from({ length: 20 }, (_, n) => `slow ${n}`);
  const times: Record<string, number> = {
    ...Object.fromEntries(slow.map((owner) => [owner, 1000])),
    quick: 1,
  };
  for (const owner of [...slow, 'quick']) add(owner, 5);
  expect(new Set(served(21, times)).size).toBe(21);
  expect(served(4, times)).toEqual(['quick', 'quick', 'quick', 'quick']);
  for (let left = queue.next(); left; left = queue.next()) queue.charge(left.owner, times[left.owner]!);
  // All come back to a queue where nobody waits, the quick one last.
  for (const owner of [...slow, 'quick']) add(owner, 3);
  expect(served(3, times)).toEqual(['quick', 'quick', 'quick']);
});

test('whoever comes anew goes before those who have used the thread, however many they are', () => {
  for (const owner of ['a', 'b', 'c']) add(owner, 3);
  served(4, { a: 1000, b: 1000, c: 1000 });
  add('new');
  expect(served(1, {})).toEqual(['new']);
});

test('whoever comes back soon begins where it left off, after a minute it is as new', () => {
  add('often');
  served(1, { often: 5000 });
  add('often');
  add('seldom');
  expect(served(2, { often: 5000 })).toEqual(['seldom', 'often']);
  vi.advanceTimersByTime(60_000);
  add('seldom');
  served(1, { seldom: 1 });
  add('often');
  add('seldom');
  expect(served(1, {})).toEqual(['often']);
});

test('one that leaves is not served and makes room', () => {
  const small = new FairQueue<string>(1);
  expect([small.add('a', 'one'), small.add('a', 'two')]).toEqual([true, false]);
  expect([small.remove('a', 'one'), small.remove('a', 'one'), small.remove('b', 'one')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(small.next()).toBeUndefined();
  expect(small.add('a', 'two')).toBe(true);
  expect(small.next()).toEqual({ owner: 'a', one: 'two' });
});
