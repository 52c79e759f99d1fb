/** US dollars per million tokens, input and output, by the longest matching prefix of the model's name. */
const PRICES: readonly (readonly [prefix: string, input: number, output: number])[] = [
  ['offline model', 0, 0],
  ['gpt-5.2-pro', 21, 168],
  ['gpt-5.2', 1.75, 14],
  ['gpt-5-nano', 0.05, 0.4],
  ['gpt-5-mini', 0.25, 2],
  ['gpt-5', 1.25, 10],
  ['gpt-4.1-nano', 0.1, 0.4],
  ['gpt-4.1-mini', 0.4, 1.6],
  ['gpt-4.1', 2, 8],
  ['gpt-4o-mini', 0.15, 0.6],
  ['gpt-4o', 2.5, 10],
  ['text-embedding-3-small', 0.02, 0],
  ['text-embedding-3-large', 0.13, 0],
];

/** Returns null for an unknown price, because an unknown cost is not zero. */
export function costOf(model: string, input_tokens: number, output_tokens: number): number | null {
  const [match] = PRICES.filter(([prefix]) => model.startsWith(prefix)).sort(
    ([a], [b]) => b.length - a.length,
  );
  if (!match) return null;
  return (input_tokens * match[1] + output_tokens * match[2]) / 1_000_000;
}
