/** `array_send` writes a `real[]` as a header of 20 bytes, then each element after its length. */
export function readReals(sent: Buffer): Float32Array {
  const values = new Float32Array(Math.max(0, Math.floor((sent.length - 20) / 8)));
  for (let at = 0, offset = 24; at < values.length; at += 1, offset += 8)
    values[at] = sent.readFloatBE(offset);
  return values;
}
