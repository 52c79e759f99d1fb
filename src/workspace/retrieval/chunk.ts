import { sha256 } from '../../platform/digest.js';

/**
 * `core` is the chunk's own part of the text. `text`, which is embedded and searched, may begin with the end of the
 * previous one.
 */
interface Chunk {
  text: string;
  core: string;
}

export const MOST_CHARACTERS = 1200;
const MOST_OVERLAP = 120;
const MOST_CORE = MOST_CHARACTERS - MOST_OVERLAP;
/** A chunk of this length ends as soon as its text allows it. */
const ENOUGH = 400;

const HEADING = /^ {0,3}#{1,6}(\s|$)/;
const FENCE = /^ {0,3}(```+|~~~+)/;

export function normalise(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}

/**
 * The text at a cut decides where a chunk ends, and not the length before it, so an edit moves few later ends. The
 * cores, one after the other, are the normalised text.
 */
export function chunksOf(given: string): Chunk[] {
  const cores: string[] = [];
  let core = '';
  const end = () => {
    if (core.trim() === '' && cores.length > 0) cores[cores.length - 1] += core;
    else if (core !== '') cores.push(core);
    core = '';
  };
  for (const block of blocksOf(normalise(given))) {
    for (const piece of piecesOf(block)) {
      const full = core.length + piece.length > MOST_CORE;
      if (full || (core.length >= ENOUGH && HEADING.test(piece))) end();
      core += piece;
      if (core.length >= ENOUGH && isMark(piece)) end();
    }
  }
  end();
  return cores.map((own, index) => ({ core: own, text: (overlapOf(cores[index - 1], own) + own).trim() }));
}

/** Headings, paragraphs and whole code fences, each with the blank lines that follow it. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let block = '';
  let fence = '';
  let blank = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const mark = FENCE.exec(line)?.[1] ?? '';
    const opens = fence === '' && mark !== '';
    const starts = fence === '' && (opens || HEADING.test(line) || (blank && line.trim() !== ''));
    if (starts && block !== '') {
      blocks.push(block);
      block = '';
    }
    block += line;
    blank = fence === '' && (line.trim() === '' || HEADING.test(line));
    if (opens) fence = mark;
    else if (fence !== '' && closes(line, fence)) {
      fence = '';
      blank = true;
    }
  }
  if (block !== '') blocks.push(block);
  return blocks;
}

function closes(line: string, fence: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= fence.length && trimmed === fence.charAt(0).repeat(trimmed.length);
}

/** A block that is too long is cut after a line, a sentence or a word, and never within a character. */
function piecesOf(block: string): string[] {
  const pieces: string[] = [];
  let rest = block;
  while (rest.length > MOST_CORE) {
    const cut = cutIn(rest.slice(0, MOST_CORE), FENCE.test(block));
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return rest === '' ? pieces : [...pieces, rest];
}

function cutIn(head: string, code: boolean): number {
  const ends = code ? [/\n/g, /\s/g] : [/[.!?]\s+|\n/g, /\s/g];
  for (const end of ends) {
    const last = [...head.matchAll(end)].at(-1);
    if (last && last.index >= ENOUGH) return last.index + last[0].length;
  }
  return /[\uD800-\uDBFF]$/.test(head) ? head.length - 1 : head.length;
}

/** About every third block, always the same ones. */
function isMark(piece: string): boolean {
  return (sha256(piece.trim())[0] ?? 0) % 3 === 0;
}

/** The last words of the chunk before; a heading begins anew. */
function overlapOf(before: string | undefined, core: string): string {
  const room = Math.min(MOST_OVERLAP, MOST_CHARACTERS - core.length);
  if (before === undefined || room <= 0 || HEADING.test(core)) return '';
  const tail = before.slice(-room);
  const start = tail.search(/\s\S/);
  return start === -1 ? '' : tail.slice(start + 1);
}

export const chunkTexts = (text: string): string[] => chunksOf(text).map((chunk) => chunk.text);
