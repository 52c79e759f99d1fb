/** PostgreSQL sets these marks around found words. No text holds them, because they are removed before. */
export const START = '\uE000';
export const STOP = '\uE001';

/** Plain text in one line: no tags, no markup that could be taken for a mark, and `**` only around what was found. */
export function snippetOf(headline: string): string {
  return headline
    .replace(/<[!/?a-z][^<>]*>/gi, ' ')
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replace(/\*{2,}/g, '')
    .replaceAll(START, '**')
    .replaceAll(STOP, '**')
    .replace(/\s+/g, ' ')
    .trim();
}
