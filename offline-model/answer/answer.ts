import { MARKER } from '../misbehaviour/directive.js';
import { fill } from '../schema/fill.js';
import type { Json } from '../schema/types.js';
import { salientExtract } from '../text/salience.js';
import { readSource, type TextSource } from '../text/source.js';
import { textWords } from '../text/words.js';
import { likenessIn } from './compare.js';
import type { Answer, Prompt } from './prompt.js';
import { toolToCall } from './tool.js';

const TEXT_LIMITS = { count: 5, characters: 900 };
const THIN_WORDS = 12;
const QUESTION_LENGTH = 300;

function unmarked(text: string): string {
  return text.replace(MARKER, '');
}

/** The model extracts from the user's data, and from the guidance only when there is hardly any data. */
function dataOf(prompt: Prompt): string {
  const data = [...prompt.outputs.map(({ text }) => text), ...prompt.said].join('\n\n');
  return unmarked(textWords(data).length < THIN_WORDS ? `${data}\n\n${prompt.guidance}` : data);
}

/** The question is the last thing said when it is short; a long text is data. */
function questionOf(prompt: Prompt): string {
  const last = unmarked(prompt.said.at(-1) ?? '').trim();
  const line = last.split('\n').find((part) => part.trim().endsWith('?')) ?? last;
  return line.length <= QUESTION_LENGTH ? line.trim() : '';
}

function jsonObject(source: TextSource, text: string): string {
  const pairs = source.pairs.slice(0, 20).map(({ key, value }): [string, Json] => [key.join('_'), value]);
  return JSON.stringify(Object.fromEntries(pairs.length > 0 ? pairs : [['answer', text]]));
}

function textOf(prompt: Prompt, source: TextSource, question: string): string {
  const outputs = unmarked(prompt.outputs.map(({ text }) => text).join('\n'));
  const told = outputs === '' ? source : readSource(outputs);
  const text = salientExtract(told.sentences, TEXT_LIMITS, question);
  if (text !== '') return text;
  const plain = told.text.trim().slice(0, TEXT_LIMITS.characters);
  return plain === '' ? 'There is no text to answer from.' : plain;
}

/** The answer to a prompt; the same prompt always gets the same answer. */
export async function answer(prompt: Prompt, signal: AbortSignal): Promise<Answer> {
  const source = readSource(dataOf(prompt));
  const question = questionOf(prompt);
  const tool = toolToCall(prompt);
  if (tool) {
    const likeness = await likenessIn(source, tool.parameters, signal);
    const { value } = fill(tool.parameters, source, question, likeness);
    return { kind: 'call', tool: tool.name, arguments: JSON.stringify(value) };
  }
  if (prompt.format.type === 'json_schema') {
    const { schema } = prompt.format;
    const likeness = await likenessIn(source, schema, signal);
    return { kind: 'text', text: JSON.stringify(fill(schema, source, question, likeness).value) };
  }
  const text = textOf(prompt, source, question);
  return { kind: 'text', text: prompt.format.type === 'json_object' ? jsonObject(source, text) : text };
}
