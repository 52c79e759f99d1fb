import { createHash } from 'node:crypto';

const DAYS = 182;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The half-year that ends with yesterday. The name of an event decides its time, so it is the same in each demo. */
export class HalfYear {
  readonly begin: Date;

  constructor(now: Date) {
    const today = Math.floor(now.getTime() / DAY_MS);
    this.begin = new Date((today - DAYS) * DAY_MS);
  }

  /** A moment of that day, between eight and six. */
  at(day: number, name: string, minutes_later = 0): Date {
    const minute = 8 * 60 + (numberOf(name) % 600) + minutes_later;
    return new Date(this.begin.getTime() + Math.min(day, DAYS - 1) * DAY_MS + minute * MINUTE_MS);
  }

  /** Returns a day at most `most` days later, and never after the end. */
  after(day: number, name: string, most: number): Date {
    return this.at(day + 1 + (numberOf(`after ${name}`) % most), name, 60);
  }
}

const numberOf = (name: string) => createHash('sha256').update(name).digest().readUInt32BE();
