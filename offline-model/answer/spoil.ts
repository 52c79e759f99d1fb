import type { Directive } from '../misbehaviour/directive.js';
import { fitsSchema } from '../schema/check.js';
import type { Json, Schema } from '../schema/types.js';
import type { Answer, Prompt } from './prompt.js';

const REFUSAL = "I'm sorry, but I can't assist with that request.";
const MISFITS: Json[] = [
  { unexpected: 'value' },
  { unexpected: ['value', 1] },
  {},
  [],
  'unexpected',
  0,
  null,
];

function schemaOf(answer: Answer, prompt: Prompt): Schema | undefined {
  if (answer.kind === 'call') return prompt.tools.find(({ name }) => name === answer.tool)?.parameters;
  return prompt.format.type === 'json_schema' ? prompt.format.schema : undefined;
}

function misfit(schema: Schema): string {
  const value = MISFITS.find((candidate) => !fitsSchema(schema, candidate, schema));
  return JSON.stringify(value === undefined ? MISFITS[0] : value);
}

function withText(answer: Answer, text: string): Answer {
  return answer.kind === 'call' ? { ...answer, arguments: text } : { ...answer, text };
}

/** Decides whether "malformed" can be shown in the model's own output; otherwise the HTTP body is broken. */
export function hasJsonOutput(answer: Answer, prompt: Prompt): boolean {
  return schemaOf(answer, prompt) !== undefined;
}

/** The answer as a model that misbehaves would give it. */
export function spoil(answer: Answer, prompt: Prompt, directive: Directive | undefined): Answer {
  const mode = directive?.mode;
  if (mode === 'say') return withText(answer, directive?.text ?? '');
  if (mode === 'refusal') return { kind: 'refusal', text: REFUSAL };
  const schema = schemaOf(answer, prompt);
  if (!schema) return answer;
  if (mode === 'wrong-schema') return withText(answer, misfit(schema));
  if (mode !== 'malformed') return answer;
  const text = answer.kind === 'call' ? answer.arguments : answer.text;
  return withText(answer, `${text.slice(0, Math.floor(text.length / 2))}{"`);
}
