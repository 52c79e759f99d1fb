import type { DataSource } from 'typeorm';

/** One kind of thing that search finds: the default export of a feature's `search-source.ts`. */
export interface SearchSource<Type extends string = string, Item = never> {
  /** The value in the columns `source_type`. A new type needs a migration of the check of `chunks.source_type`. */
  type: Type;
  /** The position among all types, lowest first: the API's enum and the SQL of hits keep this order. */
  order: number;
  /** The word for several items in the OpenAPI document. */
  plural: string;
  /** The searched text of an item; the words that people know it by come first. */
  text(item: Item): string;
  hit: HitColumns;
  /**
   * Returns the first chunk of each item that the query names by its key, in the query's order. Types without keys omit
   * this function.
   */
  chunksByKey?(db: DataSource, project_id: string, query: string): Promise<string[]>;
}

/** SQL over the tables of `from`; `hits.ts` joins it to one statement for all types. */
interface HitColumns {
  from: string;
  id: string;
  title: string;
  /** The thread that the item belongs to. */
  thread_id?: string;
  /** The models that wrote words of the item. */
  models?: string;
  /** A condition; items for which it is false are never shown. */
  visible?: string;
}

/** Keeps each source's own types. */
export function defineSearchSource<const Type extends string, Item>(
  source: SearchSource<Type, Item>,
): SearchSource<Type, Item> {
  return source;
}
