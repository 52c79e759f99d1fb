import { expect, test, vi } from 'vitest';
import type { CustomVersion } from '../../../src/engine/runs/admission.store.js';
import { NoInputs } from '../../../src/engine/runs/no-input.js';
import type { ReadInput } from '../../../src/engine/runs/run-input.js';
import { AppError } from '../../../src/platform/http/app-error.js';

const version = (id: string): CustomVersion => ({ id, organisation_id: 'o', input_schema: {} });
const fits = (value: unknown = {}) => vi.fn(async (): Promise<ReadInput> => ({ ok: true, value }));
const refuses = (code: 'validation_failed' | 'too_many_checks') =>
  vi.fn(async (): Promise<ReadInput> => ({ ok: false, error: new AppError(code, 'no') }));

test('a version is asked once, however many ticks ask with no input', async () => {
  const [inputs, read] = [new NoInputs(), fits({ steps: 3 })];
  for (let tick = 0; tick < 3; tick += 1)
    expect(await inputs.of(version('a'), read)).toEqual({ ok: true, value: { steps: 3 } });
  expect(read).toHaveBeenCalledTimes(1);
  await inputs.of(version('b'), read);
  expect(read).toHaveBeenCalledTimes(2);
});

test('a schema that refuses is asked again after a while; a refusal for too many checks is not kept', async () => {
  vi.useFakeTimers();
  try {
    const [inputs, read, busy] = [new NoInputs(), refuses('validation_failed'), refuses('too_many_checks')];
    for (let minute = 0; minute < 9; minute += 1) {
      expect(await inputs.of(version('a'), read)).toMatchObject({ ok: false });
      vi.advanceTimersByTime(60_000);
    }
    expect(read).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(120_000);
    await inputs.of(version('a'), read);
    expect(read).toHaveBeenCalledTimes(2);
    for (let tick = 0; tick < 2; tick += 1) await inputs.of(version('b'), busy);
    expect(busy).toHaveBeenCalledTimes(2);
  } finally {
    vi.useRealTimers();
  }
});

test('the longest unused make room', async () => {
  const [inputs, large, small] = [new NoInputs(), fits('x'.repeat(30_000_000)), fits()];
  await inputs.of(version('first'), small);
  await inputs.of(version('second'), large);
  await inputs.of(version('first'), small);
  await inputs.of(version('third'), large);
  await inputs.of(version('fourth'), large);
  expect(small).toHaveBeenCalledTimes(1);
  await inputs.of(version('second'), large);
  expect(large).toHaveBeenCalledTimes(4);
});
