import { chunksOf } from '../retrieval/chunk.js';
import { bounded } from '../words.js';
import docSource from './search-source.js';

type DocText = { title: string; body: string };

/** A chunk's own part of a doc. */
export interface Passage {
  position: number;
  text: string;
}

/** The passages of a doc to read: its new ones, and its deleted ones. */
interface Passages {
  parts: Passage[];
  gone: string[];
}

/** Without an earlier text, the whole doc is new. */
export function passagesSince(before: DocText | null, now: DocText): Passages {
  const [was, is] = [before ? passagesOf(before) : [], passagesOf(now)];
  const [earlier, current] = [was, is].map((all) => new Set(all.map(({ text }) => text)));
  return {
    parts: is.filter(({ text }) => !earlier?.has(text)),
    gone: was.filter(({ text }) => !current?.has(text)).map(({ text }) => text),
  };
}

/** Keeps as many passages as fit into so many bytes of JSON, the beginnings of sections first, in the doc's order. */
export function fitting(all: readonly Passage[], most_bytes: number): Passage[] {
  const order = all.toSorted((a, b) => rankOf(a) - rankOf(b) || a.position - b.position);
  const { length } = bounded(
    order.map(({ text }) => text),
    most_bytes,
  );
  return order.slice(0, length).sort((a, b) => a.position - b.position);
}

export function passagesOf(text: DocText): Passage[] {
  return chunksOf(docSource.text(text)).map(({ core }, position) => ({ position, text: core.trim() }));
}

const rankOf = ({ text }: Passage) => (/^ {0,3}#{1,6}\s/.test(text) ? 0 : 1);
