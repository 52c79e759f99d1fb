export const BENCH_DIMENSIONS = 256;
const WORDS = 5000;

/** The distance of a chunk from its topic, and of a query from its chunk; at 1 it is as far as anything. */
const SPREAD = 0.9;

export function vectorNear(centre: Float32Array, spread = SPREAD): Float32Array {
  const drawn = new Float32Array(BENCH_DIMENSIONS);
  const share = spread / Math.sqrt(BENCH_DIMENSIONS);
  let squares = 0;
  for (let at = 0; at < BENCH_DIMENSIONS; at += 1) {
    const value = centre[at]! + share * normal();
    drawn[at] = value;
    squares += value * value;
  }
  const length = Math.sqrt(squares);
  return drawn.map((value) => value / length);
}

/** Drawn once: to draw anew for every component would take longer than what is measured. */
const normals = Float32Array.from(
  { length: 65_536 },
  () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()),
);
const normal = () => normals[(Math.random() * normals.length) | 0]!;

/** A few words are in many chunks, most in few. */
export const randomWords = (count: number): string =>
  Array.from({ length: count }, () => `word${Math.floor(WORDS * Math.random() ** 3)}x`).join(' ');
