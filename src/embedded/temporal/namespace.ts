import { Connection } from '@temporalio/client';
import { msNumberToTs, optionalTsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import { searchAttributes } from '../../temporal/search-attributes.js';
import { until } from '../until.js';

const { INDEXED_VALUE_TYPE_KEYWORD: keyword, INDEXED_VALUE_TYPE_KEYWORD_LIST: keywordList } =
  proto.temporal.api.enums.v1.IndexedValueType;

const hour = 3_600_000;
/** What `start-dev` gives a namespace; any other retention was chosen by a person. */
const usualRetentionMs = 24 * hour;
const wantedRetentionMs = 72 * hour;

export async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 2000 });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** Adds what an older database lacks; comes back when the server knows every search attribute. */
export async function prepareNamespace(
  address: string,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    await addSearchAttributes(connection, namespace, signal);
    await extendRetention(connection, namespace);
  } finally {
    await connection.close();
  }
}

async function addSearchAttributes(
  connection: Connection,
  namespace: string,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = new Map(
    Object.values(searchAttributes).map(({ name, type }) => [
      name,
      type === 'KEYWORD' ? keyword : keywordList,
    ]),
  );
  const complete = async () => {
    const known = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = [...wanted].filter(([name]) => known.customAttributes[name] === undefined);
    if (missing.length === 0) return true;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
    return false;
  };
  if (await until(complete, { withinMs: 30_000, signal })) return;
  throw new Error(`Temporal does not take the search attributes ${[...wanted.keys()].join(', ')}`);
}

async function extendRetention(connection: Connection, namespace: string): Promise<void> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  if (optionalTsToMs(config?.workflowExecutionRetentionTtl) !== usualRetentionMs) return;
  const workflowExecutionRetentionTtl = msNumberToTs(wantedRetentionMs);
  await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
}
