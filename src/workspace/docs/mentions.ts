/** The things that a markdown text names, whether or not they exist. */
interface Mentions {
  ticket_numbers: number[];
  titles: string[];
  doc_ids: string[];
  emails: string[];
}

const TICKET = /(?<![\w-])TCK-([1-9]\d{0,8})(?![\w-])/g;
/** A title, or a title and what is shown instead of it. */
const TITLE = /\[\[([^[\]\n]{1,400})\]\]/g;
const ADDRESS = /\/api\/docs\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?![\w-])/gi;
const PERSON = /(?<![\w.+'-])@([\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+)/g;

/** Takes time in proportion to the text, whatever it holds. */
export function findMentions(text: string): Mentions {
  const titles = all(text, TITLE).flatMap((inner) => [inner, inner.split('|', 1)[0] ?? '']);
  return {
    ticket_numbers: distinct(all(text, TICKET).map(Number)).filter((number) => number <= 2_147_483_647),
    titles: distinct(titles.map((title) => title.trim())).filter((title) => title !== ''),
    doc_ids: distinct(all(text, ADDRESS).map((id) => id.toLowerCase())),
    emails: distinct(all(text, PERSON)),
  };
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, mention]) => mention ?? '');
}

function distinct<T>(values: T[]): T[] {
  return [...new Set(values)];
}
