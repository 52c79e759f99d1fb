import { expect, test } from 'vitest';
import { ok } from '../support/answers.js';
import type { Json } from '../support/caller.js';
import { useStack } from '../support/stack.js';
import { newTicket } from '../workspace/new-items.js';
import { CONFLICTS, DUPLICATES, SINGLES } from './planted-tickets.js';

const used = useStack();

test('the offline model finds planted duplicates and conflicts', async () => {
  const { api } = used;
  const { project_id } = used.stack.tenant;
  const keys = new Map<string, string>();
  for (const [title, body] of [...DUPLICATES.flat(), ...CONFLICTS.flat(), ...SINGLES])
    keys.set(title, (await newTicket(api, project_id, { title, body })).id);
  const planted = (pairs: typeof DUPLICATES) =>
    pairs.map((pair) =>
      pair
        .map(([title]) => keys.get(title))
        .sort()
        .join(),
    );
  const path = `/api/projects/${project_id}/ticket-conflicts/scan`;
  const run = await api.ended(ok(await api.post(path), 201).agent_runs[0].id);
  expect(run.status, JSON.stringify(run.error)).toBe('completed');
  const { result } = run;
  expect(result).toMatchObject({ by: 'meaning', tickets: 40, dropped: 0, left: 0, known: 0 });
  expect(result.duplicates + result.conflicts + result.unrelated).toBe(result.pairs);
  expect(result.pairs).toBeLessThanOrEqual(8 * 40);
  expect(result.proposals).toHaveLength(result.duplicates + result.conflicts);

  const { proposals } = ok(await api.get(`/api/projects/${project_id}/inbox?limit=200`));
  const found = (relation: string): string[] =>
    proposals
      .filter(({ change }: Json) => change.relation === relation)
      .map(({ target, change }: Json) => [target.id, change.other_id].sort().join());
  const hits = (of: string[], among: string[]) => of.filter((pair) => among.includes(pair)).length;
  const [duplicates, conflicts] = [found('duplicate_of'), found('conflicts_with')];
  expect(new Set([...duplicates, ...conflicts]).size).toBe(proposals.length);
  expect(hits(duplicates, planted(DUPLICATES))).toBeGreaterThanOrEqual(3);
  expect(hits(conflicts, planted(CONFLICTS))).toBeGreaterThanOrEqual(2);
  expect(hits(duplicates, planted(CONFLICTS)) + hits(conflicts, planted(DUPLICATES))).toBeLessThanOrEqual(2);
  for (const { sources, reason } of proposals) {
    expect(sources).toMatchObject([
      { quote: expect.stringMatching(/\S/) },
      { quote: expect.stringMatching(/\S/) },
    ]);
    expect(reason).toMatch(/\S/);
  }
}, 120_000);
