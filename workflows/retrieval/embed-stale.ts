import type { RunContext } from '../contract/agent.js';
import type { SourceType, StaleChunks, VectorSpace } from '../contract/retrieval.js';

const PAGE = 512;

/** Embeds what has no vector of this space, page by page, with progress. */
export async function embedStale(
  run: RunContext,
  space: VectorSpace,
  of: SourceType | null = null,
): Promise<number> {
  const page = (after: string | null) => run.step('stale', () => run.staleChunks(space, after, PAGE, of));
  let stale: StaleChunks = await page(null);
  const total = stale.left;
  let done = 0;
  let chunks = 0;
  while (stale.chunk_ids.length > 0) {
    const { chunk_ids } = stale;
    const { count } = await run.step('embed', () => run.indexChunks('chunks', chunk_ids));
    chunks += count;
    done += chunk_ids.length;
    await run.progress(Math.min(done, total), total, `${done} of ${total} chunks`);
    stale = await page(chunk_ids.at(-1) ?? null);
  }
  return chunks;
}
