const UUID = '[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}';
const ID = new RegExp(
  `(?<![\\w-])(?:${UUID}|[A-Z][A-Z0-9]{1,9}-\\d+|[a-z]{2,12}_(?=[a-zA-Z]{0,30}\\d)[A-Za-z0-9]{4,40}|[0-9A-HJKMNP-TV-Z]{26})(?![\\w-])`,
  'g',
);
const ID_WORDS = new Set(['id', 'ids', 'ref', 'refs', 'uuid', 'key', 'keys', 'identifier', 'code']);

/** Ids written in the text, such as TCK-1042, run_8fk2 or a UUID, in order. */
export function findIds(text: string): string[] {
  return [...new Set(text.match(ID) ?? [])];
}

/** A name asks for an id if its last word says so. */
export function asksForId(words: string[]): boolean {
  return ID_WORDS.has(words.at(-1) ?? '');
}

/** The id that stands next to what the name is about ("ticket TCK-1042" for `ticketId`), else the first. */
export function bestId(text: string, words: string[]): string | undefined {
  const ids = findIds(text);
  const subject = words.slice(0, -1).join(' ');
  if (subject === '') return ids[0];
  const lower = text.toLowerCase();
  const near = ids.find((id) => {
    const at = text.indexOf(id);
    return lower.slice(Math.max(0, at - subject.length - 12), at).includes(subject);
  });
  return near ?? ids[0];
}
