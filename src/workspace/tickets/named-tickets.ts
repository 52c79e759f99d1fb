import type { EntityManager } from 'typeorm';
import { numberOfKey } from '../../../workflows/contract/ticket.js';
import type { ProjectPlace } from '../place.js';
import { ticketsByNumber } from './ticket.store.js';

const KEY = /\bTCK-\d+\b/gi;

/** Holds a model's words to the tickets of the project: keys of others are dropped, and counted. */
export class NamedTickets {
  unknown = 0;

  private constructor(private readonly ids: ReadonlyMap<number, string>) {}

  static async among(tx: EntityManager, place: ProjectPlace, words: unknown): Promise<NamedTickets> {
    const numbers = (JSON.stringify(words).match(KEY) ?? []).flatMap((key) => numberOfKey(key) ?? []);
    const rows = await ticketsByNumber(tx, place, [...new Set(numbers)]);
    return new NamedTickets(new Map(rows.map(({ id, number }) => [number, id])));
  }

  /** Returns each id once. */
  idsOf(keys: readonly string[]): string[] {
    return [...new Set(keys.flatMap((key) => this.idOf(key) ?? []))];
  }

  /** Returns the text without keys of tickets that do not exist. */
  held(text: string): string {
    return text.replace(KEY, (key) => (this.idOf(key) ? key : 'an unknown ticket'));
  }

  private idOf(key: string): string | null {
    const number = numberOfKey(key.trim());
    const id = number === null ? undefined : this.ids.get(number);
    if (id === undefined) this.unknown += 1;
    return id ?? null;
  }
}
