import { z } from 'zod';

/** The runtime's own list knows every IANA zone; a bare offset is none. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: 'must be an IANA time zone, such as Europe/Berlin', abort: true })
  .overwrite(asSpelled);

/** Temporal reads names to the letter, the runtime does not. */
function asSpelled(zone: string): string {
  const { timeZone: spelled } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
  return spelled.toLowerCase() === zone.toLowerCase() ? spelled : zone;
}

function isTimeZone(zone: string): boolean {
  if (/^[+-]/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
