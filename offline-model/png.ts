import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CELLS = 8;
const PALETTE_COLOUR = 3;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A grid of cells, mirrored left to right, coloured by the hash: the same words give the same picture. */
export function drawPng(words: string, width: number, height: number): Buffer {
  const hash = createHash('sha512').update(words).digest();
  const palette = hash.subarray(0, 12);
  const cell = (column: number, row: number): number => {
    const mirrored = Math.min(column, CELLS - 1 - column);
    return (hash[12 + row * (CELLS / 2) + mirrored] ?? 0) % 4;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, PALETTE_COLOUR, 0, 0, 0], 8);
  const rows = Array.from({ length: CELLS }, (_, row) => {
    const line = Buffer.alloc(width + 1);
    for (let x = 0; x < width; x++) line[x + 1] = cell(Math.floor((x * CELLS) / width), row);
    return line;
  });
  const pixels = Buffer.concat(
    Array.from(
      { length: height },
      (_, y) => rows[Math.floor((y * CELLS) / height)] ?? Buffer.alloc(width + 1),
    ),
  );
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', palette),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
