const PIECE = /\s?[\p{L}\p{N}]{1,5}|\s?[^\s\p{L}\p{N}]|\s+/gu;
const CHARACTERS_PER_TOKEN = 4;

/** Pieces that stand for tokens; joined they are the text again. */
export function piecesOf(text: string): string[] {
  return text.match(PIECE) ?? [];
}

/** Tokens of an input, estimated from its length. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
