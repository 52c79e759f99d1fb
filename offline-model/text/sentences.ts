const BULLET = /^\s*(?:[-*•+]|\d{1,3}[.)])\s+/;
const BOUNDARY = /(?<=[.!?…]["')\]]?)\s+(?=["'([]?[\p{Lu}\p{N}])|(?<=[。！？])/u;

/** The sentences of a text; every line ends one, and lines that are only markup are none. */
export function sentencesOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const plain = line
      .replace(/<\/?[A-Za-z][^<>]{0,80}>/g, ' ')
      .replace(/^\s*(?:#{1,6}|>+)\s+/, '')
      .replace(BULLET, '')
      .trim();
    if (!/[\p{L}\p{N}]/u.test(plain) || plain.startsWith('```')) return [];
    return plain
      .split(BOUNDARY)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence !== '');
  });
}
