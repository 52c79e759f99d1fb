import { isRequest } from '../text/salience.js';
import { sentencesOf } from '../text/sentences.js';
import { nameWords, stem, termsOf } from '../text/words.js';
import type { Prompt, Tool } from './prompt.js';

const ASKED_SENTENCES = 40;
const OVERRIDE = /\b(?:ignore|disregard|forget|override)\b/i;

/** The terms of the request, without sentences that try to override it: data must not choose the tool. */
function askedTerms(prompt: Prompt): Map<string, number> {
  const weights = new Map<string, number>();
  const sentences = sentencesOf(prompt.said.at(-1) ?? '').slice(0, ASKED_SENTENCES);
  const weigh = (text: string, weight: number): void => {
    for (const term of termsOf(text.replaceAll('_', ' ')))
      weights.set(term, Math.max(weight, weights.get(term) ?? 0));
  };
  weigh(prompt.guidance, 1);
  for (const [index, sentence] of sentences.entries())
    if (!OVERRIDE.test(sentence)) weigh(sentence, index === 0 || isRequest(sentence) ? 3 : 1);
  return weights;
}

function score(tool: Tool, asked: Map<string, number>): number {
  const sum = (terms: Set<string>): number =>
    [...terms].reduce((total, term) => total + (asked.get(term) ?? 0), 0);
  const name = new Set(nameWords(tool.name).map(stem));
  const described = new Set(
    termsOf(`${tool.description} ${Object.keys(tool.parameters.properties ?? {}).join(' ')}`),
  );
  return (3 * sum(name)) / Math.max(1, name.size) + sum(described) / Math.sqrt(1 + described.size);
}

/** The tool to call next: the best match, once; when a call is required, always one. */
export function toolToCall(prompt: Prompt): Tool | undefined {
  const choice = prompt.toolChoice;
  if (choice.kind === 'none') return undefined;
  if (choice.kind === 'auto' && prompt.outputs.length > 0) return undefined;
  const allowed = prompt.tools.filter(({ name }) => choice.allowed?.includes(name) ?? true);
  const called = new Set(prompt.outputs.map(({ tool }) => tool));
  const fresh = allowed.filter(({ name }) => !called.has(name));
  const asked = askedTerms(prompt);
  const ranked = (fresh.length > 0 ? fresh : allowed).map((tool) => ({ tool, score: score(tool, asked) }));
  return ranked.toSorted((a, b) => b.score - a.score)[0]?.tool;
}
