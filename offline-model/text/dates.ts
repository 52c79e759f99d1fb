import { matches } from './words.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\\.?';
const STAMP = /\d{4}-\d\d-\d\d[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g;
const DATE = new RegExp(
  `\\b(?:\\d{4}-\\d\\d-\\d\\d|\\d{1,2}(?:st|nd|rd|th)? ${MONTH},? \\d{4}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4})`,
  'gi',
);

function isoDate(written: string): string | undefined {
  const year = /\d{4}/.exec(written)?.[0] ?? '';
  const name = /[A-Za-z]{3}/.exec(written.replace(/\d(?:st|nd|rd|th)/gi, ' '))?.[0].toLowerCase();
  const day = /\b(\d{1,2})(?!\d)/.exec(written.replace(year, ' '))?.[1] ?? '';
  const date = name
    ? `${year}-${String(MONTHS.indexOf(name) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`
    : written;
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date) ? date : undefined;
}

/** Calendar dates written in the text, as YYYY-MM-DD. */
export function findDates(text: string): string[] {
  return matches(text, DATE).flatMap((written) => isoDate(written) ?? []);
}

/** Moments written in the text, in UTC; a moment without a zone counts as UTC. */
export function findTimes(text: string): string[] {
  return matches(text, STAMP).flatMap((written) => {
    const zoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`;
    const time = Date.parse(zoned.replace(' ', 'T'));
    return Number.isNaN(time) ? [] : [new Date(time).toISOString().replace('.000Z', 'Z')];
  });
}
