import type { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { searchAttributes } from './search-attributes.js';

const { INDEXED_VALUE_TYPE_KEYWORD: keyword, INDEXED_VALUE_TYPE_KEYWORD_LIST: keywordList } =
  proto.temporal.api.enums.v1.IndexedValueType;

const wanted = Object.values(searchAttributes);

/** Registers the search attributes that the namespace lacks, and returns their names; they are there a moment later. */
export async function registerMissing(connection: Connection, namespace: string): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = wanted.filter(({ name }) => customAttributes[name] === undefined);
  if (missing.length === 0) return [];
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      missing.map(({ name, type }) => [name, type === 'KEYWORD' ? keyword : keywordList]),
    ),
  });
  return missing.map(({ name }) => name);
}

/** The command for an operator, if the product may not register the attributes itself. */
export function registerCommand(namespace: string): string {
  const each = wanted.map(
    ({ name, type }) => `--name ${name} --type ${type === 'KEYWORD' ? 'Keyword' : 'KeywordList'}`,
  );
  return `temporal operator search-attribute create --namespace ${namespace} ${each.join(' ')}`;
}

/** Temporal refuses a start because the namespace lacks a search attribute. */
export function lacksSearchAttribute(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return /search attribute \S+ is not defined|no mapping defined for search attribute/i.test(String(cause));
}
