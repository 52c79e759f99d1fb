import { z } from 'zod';

/** The runtime's own list knows every IANA zone; a bare offset is none. */
export const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin');

function isTimeZone(zone: string): boolean {
  if (/^[+-]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
