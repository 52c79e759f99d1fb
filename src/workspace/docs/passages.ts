import { chunksOf } from '../retrieval/chunk.js';
import { bounded } from '../words.js';
import docSource from './search-source.js';

type DocText = { title: string; body: string };

/** A chunk’s own part of a doc. */
export interface Passage {
  position: number;
  text: string;
}

/** What of a doc is read: what it says and did not say before, and what it no longer says. */
interface Passages {
  parts: Passage[];
  gone: string[];
}

/** Without a text from before, all of it. */
export function passagesSince(before: DocText | null, now: DocText): Passages {
  const [was, is] = [before ? passagesOf(before) : [], passagesOf(now)];
  const [said, says] = [was, is].map((all) => new Set(all.map(({ text }) => text)));
  return {
    parts: is.filter(({ text }) => !said?.has(text)),
    gone: was.filter(({ text }) => !says?.has(text)).map(({ text }) => text),
  };
}

/** The beginnings of sections before what follows them, as many as fit into so many bytes of JSON; in the doc’s order. */
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
