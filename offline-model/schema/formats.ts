import { findDates, findTimes } from '../text/dates.js';
import { matches } from '../text/words.js';

/** A format: how to recognise its values, find them in text, and make one when the text has none. */
interface Format {
  test(value: string): boolean;
  find(text: string): string[];
  fallbacks: string[];
}

const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
const EMAIL =
  "[A-Za-z0-9_'+-]{1,64}(?:\\.[A-Za-z0-9_'+-]{1,64}){0,8}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\\.){1,8}[A-Za-z]{2,24}";
const HOST = '(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,}';
const IPV4 = '(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)\\.){3}(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const DURATION =
  'P(?=\\d|T\\d)(?:\\d+Y)?(?:\\d+M)?(?:\\d+W)?(?:\\d+D)?(?:T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?';
const DATE_TIME = /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;

function shape(source: string, fallbacks: string[]): Format {
  const whole = new RegExp(`^${source}$`);
  return {
    test: (value) => whole.test(value),
    find: (text) => matches(text, new RegExp(`(?<![\\w.@'+-])${source}(?![\\w@-])`, 'g')),
    fallbacks,
  };
}

function isDate(value: string): boolean {
  const time = Date.parse(`${value}T00:00:00Z`);
  return (
    /^\d{4}-\d\d-\d\d$/.test(value) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().slice(0, 10) === value
  );
}

const uri: Format = {
  test: (value) => /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(value) && URL.canParse(value),
  find: (text) =>
    matches(text, /https?:\/\/[^\s<>"'()[\]{}]+/g)
      .map((url) => url.replace(/[.,;:!?]+$/, ''))
      .filter((url) => URL.canParse(url)),
  fallbacks: ['https://example.com/'],
};

const uuid = shape(UUID, ['00000000-0000-0000-0000-000000000000', '00000000-0000-4000-8000-000000000000']);

/** Formats without an entry are not checked, as JSON Schema allows. */
export const FORMATS: Record<string, Format | undefined> = {
  'date-time': {
    test: (value) => DATE_TIME.test(value) && isDate(value.slice(0, 10)),
    find: (text) => [...findTimes(text), ...findDates(text).map((date) => `${date}T00:00:00Z`)],
    fallbacks: ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  },
  date: { test: isDate, find: findDates, fallbacks: ['1970-01-01'] },
  time: {
    test: (value) => TIME.test(value),
    find: (text) =>
      matches(text, /\b(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b/g).flatMap((time) => {
        const full = time.length === 5 ? `${time}:00` : time;
        return [`${full}Z`, full];
      }),
    fallbacks: ['00:00:00Z', '00:00:00', '00:00'],
  },
  duration: shape(DURATION, ['PT1H']),
  email: shape(EMAIL, ['nobody@example.com']),
  hostname: shape(HOST, ['example.com']),
  ipv4: shape(IPV4, ['192.0.2.1']),
  ipv6: shape('(?:[0-9a-fA-F]{1,4}:){2,7}:?[0-9a-fA-F]{1,4}', ['2001:db8::1']),
  uuid,
  guid: uuid,
  uri,
  url: uri,
  'uri-reference': uri,
};
