import type { DataSource } from 'typeorm';

/** One kind of thing that search finds: the `search-source.ts` of a feature, and its default export. */
export interface SearchSource<Type extends string = string, Item = never> {
  /** As the columns `source_type` hold it; a new type needs a migration of their check. */
  type: Type;
  /** The lists of all types, such as the API’s, begin with the lowest. */
  order: number;
  /** The word for several of them, as the API’s document has it. */
  plural: string;
  /** The text that is searched: the words that people know the item by stand first. */
  text(item: Item): string;
  hit: HitColumns;
  /** The first chunks of the items that a query names by a key, in the query’s order; a type without keys has none. */
  chunksByKey?(db: DataSource, project_id: string, query: string): Promise<string[]>;
}

/** How one statement reads an item for a hit: every field is SQL over the tables that `from` names. */
interface HitColumns {
  from: string;
  id: string;
  title: string;
  /** The thread that the item belongs to. */
  thread_id?: string;
  /** The models whose words the item has. */
  models?: string;
  /** No hit shows an item that this is false for. */
  visible?: string;
}

/** Keeps each source’s own types. */
export function defineSearchSource<const Type extends string, Item>(
  source: SearchSource<Type, Item>,
): SearchSource<Type, Item> {
  return source;
}
