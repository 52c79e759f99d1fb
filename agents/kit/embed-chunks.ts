import type { StaleChunks } from '../../workflows/contract/retrieval.js';
import type { RunContext } from '../../workflows/contract/run-context.js';

/** Embeds page by page, with progress, at most so many chunks; `left` counts those that were not reached. */
export async function embedChunks(
  { run, tools }: Pick<RunContext, 'run' | 'tools'>,
  pageAfter: (chunk_id: string | null) => Promise<StaleChunks>,
  most = Number.POSITIVE_INFINITY,
): Promise<{ embedded: number; left: number }> {
  const next = (after: string | null) => run.step('look for chunks', () => pageAfter(after));
  let page = await next(null);
  const total = Math.min(page.left, most);
  let [embedded, seen] = [0, 0];
  while (page.chunk_ids.length > 0 && seen < most) {
    const { chunk_ids } = page;
    const { count } = await run.step('embed', () => tools.indexChunks({ key: 'chunks', chunk_ids }));
    embedded += count;
    seen += chunk_ids.length;
    await run.progress(Math.min(seen, total), total, `${seen} of ${total} chunks`);
    if (page.left <= chunk_ids.length) return { embedded, left: 0 };
    page = await next(chunk_ids.at(-1) ?? null);
  }
  return { embedded, left: page.left };
}
