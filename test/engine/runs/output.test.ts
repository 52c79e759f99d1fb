import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCheckOutput } from '../../../src/engine/runs/output.js';
import { isStorable, isStorableJson } from '../../../src/platform/http/text.js';
import { parseStorable, storable } from '../../../workflows/contract/storable.js';

const check = createCheckOutput({ ofRun: () => Promise.reject(new Error('it is built in')) } as never);
const held = (note: string) =>
  check({ run_id: 'x', agent: 'self_check' }, { steps_done: 1, effects: 1, model_calls: 1, notes: [note] });

test("a result that cannot be kept is the agent's defect, and the words that say so can be", async () => {
  expect(await held('fine 🦉')).toMatchObject({ ok: true });
  for (const note of ['a\u0000b', '\ud83d']) {
    const refused = await held(note);
    expect(refused).toMatchObject({ ok: false, code: 'agent_defect' });
    expect(isStorableJson(refused)).toBe(true);
  }
});

test('what is made storable is so, and what was stays as it was', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(fc.property(text, (given) => storable(given) === given.replaceAll('\0', '')));
  fc.assert(
    fc.property(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
      (given) => isStorable(storable(given)),
    ),
  );
  fc.assert(fc.property(fc.jsonValue(), (value) => isStorableJson(parseStorable(JSON.stringify(value)))));
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: true } as never), (value) => {
      const json = JSON.stringify(value);
      if (isStorableJson(JSON.parse(json))) expect(parseStorable(json)).toEqual(JSON.parse(json));
    }),
  );
});
