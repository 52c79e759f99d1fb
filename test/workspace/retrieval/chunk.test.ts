import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf, MOST_CHARACTERS, normalise } from '../../../src/workspace/retrieval/chunk.js';

const line = fc.oneof(
  fc.constantFrom('# Heading', '## Second', '```', '~~~', '```ts', '', '', '   ', '- a list', '| a | b |'),
  fc.lorem({ mode: 'sentences', maxCount: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
);
const markdown = fc.oneof(
  fc.array(line, { maxLength: 80 }).map((lines) => lines.join('\n')),
  fc.string({ unit: 'binary', maxLength: 4000 }),
  fc.string({ unit: 'grapheme', minLength: 1500, maxLength: 4000 }),
);
const halves = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

test('the cores are the text: nothing is lost, nothing is invented', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      expect(
        chunksOf(text)
          .map(({ core }) => core)
          .join(''),
      ).toBe(normalise(text));
    }),
    { numRuns: 500 },
  );
});

test('no chunk is empty or too long, none cuts a character, each holds its core', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      for (const chunk of chunksOf(text)) {
        expect(chunk.text).not.toBe('');
        expect(chunk.text.length).toBeLessThanOrEqual(MOST_CHARACTERS);
        expect(chunk.text.endsWith(chunk.core.trim())).toBe(true);
        if (!halves.test(text)) expect(chunk.text).not.toMatch(halves);
      }
    }),
    { numRuns: 500 },
  );
});

test('the same text has the same chunks, whatever its line ends are', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      expect(chunksOf(text.replace(/\r/g, '').replaceAll('\n', '\r\n'))).toEqual(
        chunksOf(text.replace(/\r/g, '')),
      );
    }),
  );
});

const paragraph = (seed: number) =>
  fc.sample(fc.lorem({ mode: 'sentences', maxCount: 20 }), { numRuns: 1, seed })[0] ?? '';

test('an edit changes few chunks of a long text, wherever it is made', () => {
  const paragraphs = Array.from({ length: 300 }, (_, seed) => paragraph(seed));
  const before = new Set(chunksOf(paragraphs.join('\n\n')).map(({ text }) => text));
  expect(before.size).toBeGreaterThan(80);
  fc.assert(
    fc.property(fc.nat(299), fc.nat(2), fc.integer({ min: 1000, max: 9999 }), (at, removed, seed) => {
      const edited = paragraphs.toSpliced(at, removed, paragraph(seed));
      const changed = chunksOf(edited.join('\n\n')).filter(({ text }) => !before.has(text));
      expect(changed.length).toBeLessThanOrEqual(12);
    }),
  );
});

test('a code fence that fits stays whole, with the blank lines and hashes in it', () => {
  const code = `\`\`\`sh\n# not a heading\n\n${'echo one line of the script\n'.repeat(30)}\n\`\`\``;
  const text = `${'Words before it. '.repeat(30)}\n\n${code}\n\nWords after it.`;
  expect(chunksOf(text).filter(({ text: one }) => one.includes(code))).toHaveLength(1);
});

test('a heading begins a chunk of its own section once there is enough before it', () => {
  const section = (name: string) => `## ${name}\n\n${`All about ${name}. `.repeat(40)}`;
  const chunks = chunksOf(['One', 'Two', 'Three'].map(section).join('\n\n'));
  expect(chunks.map(({ text }) => text.split('\n')[0])).toEqual(['## One', '## Two', '## Three']);
});

test('one megabyte without a space is cut, in time that grows with its length', () => {
  const began = performance.now();
  expect(chunksOf('x'.repeat(1_000_000)).length).toBeGreaterThan(900);
  expect(chunksOf('\n'.repeat(1_000_000))).toEqual([]);
  expect(performance.now() - began).toBeLessThan(10_000);
});
