import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { digestOf } from '../../platform/digest.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import type { AuditChain, ChainEntry } from './chain.js';
import { textOf } from './chain.js';
import { deleteEntries } from './chain.store.js';
import { gapBefore, gapBetween } from './chain-check.js';
import { type ChainFault, wordsOfChainFault } from './chain-fault.js';

const PAGE = 500;

/**
 * Drops the oldest entries whose runs retention has deleted by signed entries, and signs that it did. The dropped
 * entries must follow each other from the beginning: a signed cut over a gap would say that nothing was missing.
 */
export async function cutChain(
  db: Pick<DataSource, 'transaction'>,
  chain: AuditChain,
  logger?: Pick<Logger, 'error'>,
  at_least = 1,
): Promise<number> {
  return db.transaction(async (tx) => {
    await lock(tx, 'audit-chain');
    if (!(await chain.adoptionEnded(tx))) return 0;
    const { last, count, gap } = await lastToDrop(chain, tx);
    if (gap !== null) {
      logger?.error(
        { gap: wordsOfChainFault(gap) },
        'the audit chain has a gap: none of its entries is dropped',
      );
      return 0;
    }
    if (!last || count < at_least) return 0;
    await deleteEntries(tx, last.number);
    const facts = { up_to: last.number, digest: digestOf(textOf(last)) };
    await chain.append(tx, [{ kind: 'cut', run_id: null, facts }]);
    return count;
  });
}

interface Droppable {
  last: ChainEntry | null;
  count: number;
  /** The fault in front of the entry after the last dropped one. */
  gap: ChainFault | null;
}

/** Entries are dropped up to the first one that is still needed; the newest always is. */
async function lastToDrop(chain: AuditChain, tx: EntityManager): Promise<Droppable> {
  const { removed, cuts } = await saidBefore(chain, tx);
  let last: ChainEntry | null = null;
  for (let count = 0; ; ) {
    const page: ChainEntry[] = await chain.page(last?.number ?? 0, PAGE, tx);
    for (const [index, entry] of page.entries()) {
      const gap: ChainFault | null = last
        ? gapBetween({ number: last.number, digest: digestOf(textOf(last)) }, entry)
        : gapBefore(entry, cuts);
      const says = entry.run_id !== null && !removed.has(entry.run_id);
      const newest = page.length < PAGE && index === page.length - 1;
      if (gap !== null || says || newest || !chain.isSigned(entry)) return { last, count, gap };
      last = entry;
      count += 1;
    }
    if (page.length < PAGE) return { last, count, gap: null };
  }
}

async function saidBefore(chain: AuditChain, tx: EntityManager) {
  const entries = await chain.ofKinds(['removed', 'cut'], tx);
  return {
    removed: new Set(entries.flatMap((entry) => (entry.kind === 'removed' ? entry.facts.runs : []))),
    cuts: entries.flatMap((entry) => (entry.kind === 'cut' ? [entry.facts] : [])),
  };
}
