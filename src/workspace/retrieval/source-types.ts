import { searchSources } from './sources.js';

export type SourceType = (typeof searchSources)[number]['type'];

export const sourcesInOrder = searchSources.toSorted((a, b) => a.order - b.order);

export const SEARCH_SOURCE_TYPES: readonly SourceType[] = sourcesInOrder.map(({ type }) => type);
