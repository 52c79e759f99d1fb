import { ticketKey } from '../../../workflows/contract/ticket.js';
import { chunksOf } from './chunk.js';

export const numbersIn = (text: string): number[] =>
  [...text.matchAll(/\btck-(\d{1,9})\b/gi)].map(([, number]) => Number(number));

/** The searched text of each kind of source; the words that people know it by come first. */
export const sourceText = {
  doc: ({ title, body }: { title: string; body: string }) => `# ${title}\n\n${body}`,
  ticket: ({ number, title, body }: { number: number; title: string; body: string }) =>
    `${ticketKey(number)} ${title}\n\n${body}`,
  message: ({ body }: { body: string }) => body,
  memory: ({ body }: { body: string }) => body,
};

export const chunkTexts = (text: string): string[] => chunksOf(text).map((chunk) => chunk.text);
