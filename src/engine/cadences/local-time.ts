/** Returns how far the zone's clock is ahead of UTC. */
export function offsetMs(at: number, time_zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(new Date(at), time_zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

interface WallClock {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(at: Date, time_zone: string): WallClock {
  const format = formats.get(time_zone) ?? newFormat(time_zone);
  formats.set(time_zone, format);
  const parts = format.formatToParts(at).map(({ type, value }) => [type, Number(value)]);
  return Object.fromEntries(parts) as WallClock;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  const numeric = 'numeric';
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
}

/** The moment as the zone's clock shows it, with its offset from UTC. */
export function localTime(at: Date, time_zone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(at, time_zone);
  const two = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.round(offsetMs(at.getTime(), time_zone) / 60_000);
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${offset}`;
}
