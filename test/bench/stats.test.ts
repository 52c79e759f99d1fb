import { describe, expect, test } from 'vitest';
import { median, medianRatio, p50, p95, percentile, ratios } from '../../bench/harness/stats.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('percentile', () => {
  test('is a value that was measured, by nearest rank', () => {
    expect(percentile([15, 20, 35, 40, 50], 0.3)).toBe(20);
    expect(percentile([15, 20, 35, 40, 50], 0.4)).toBe(20);
    expect(percentile([15, 20, 35, 40, 50], 1)).toBe(50);
  });

  test('does not depend on the order, nor change it', () => {
    const values = [9, 1, 5];
    expect(p50(values)).toBe(5);
    expect(values).toEqual([9, 1, 5]);
  });

  test('leaves out one in twenty at 95 %', () => {
    expect(p95(upTo(20))).toBe(19);
    expect(p95(upTo(400))).toBe(380);
    expect(p95([7])).toBe(7);
  });

  test('refuses what has no answer', () => {
    expect(() => percentile([], 0.5)).toThrow('nothing');
    expect(() => percentile([1], 0)).toThrow('share');
    expect(() => percentile([1], 1.1)).toThrow('share');
  });
});

describe('median', () => {
  test('is the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow('nothing');
  });
});

describe('ratios', () => {
  test('compare round by round, so that a drift of the machine cancels out', () => {
    const floor = [100, 50, 25];
    const ours = [60, 30, 15];
    expect(ratios(ours, floor)).toEqual([0.6, 0.6, 0.6]);
    expect(medianRatio(ours, floor)).toBe(0.6);
  });

  test('one bad round does not decide', () => {
    expect(medianRatio([6, 6, 1], [10, 10, 10])).toBe(0.6);
  });

  test('need as many rounds on both sides', () => {
    expect(() => ratios([1], [1, 2])).toThrow('as many');
  });
});
