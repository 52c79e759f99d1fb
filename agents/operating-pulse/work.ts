import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { withMessages } from '../../src/engine/reports/with-messages.store.js';
import { PostgresFileStore } from '../../src/engine/runs/file.store.js';
import { sessionOf, setPulse } from '../../src/workspace/daily/daily.store.js';
import {
  type AskedOf,
  defineWork,
  NOTHING_DELIVERED,
  type WorkingRun,
} from '../../src/workspace/work/agent-work.js';
import type { ProjectChanges } from '../../workflows/contract/reports.js';
import type { OutputLink } from '../../workflows/contract/work.js';
import { KnownRuns, ticketKeysIn } from '../kit/reports/known-runs.js';
import { changeFigures, escapeMarkdown, page, pointLine, section } from '../kit/reports/page.js';
import { points } from '../kit/reports/schemas.js';
import { countLines, type PulseShown, type WorkspaceCounts, workspaceCounts } from './contract.js';
import { workspaceChanges, workspaceCountsOf } from './facts.store.js';

/** As a provider holds its model to it: closed, and every field required. */
const answer = z.strictObject({
  headline: z.string().describe('One sentence: what matters most'),
  points: points.describe('What matters, the most urgent first'),
});

const output = z.strictObject({
  changes: z.custom<ProjectChanges>(),
  counts: workspaceCounts,
  changed: z.boolean(),
  headline: z.string().nullable().default(null),
  points: points.default([]),
  ticket_keys: z.array(z.string()).default([]),
});
type Output = z.output<typeof output>;

/** What changed since the pulse before → a page, and the pulse in its person’s session. */
export default defineWork<Output>({
  agent: 'operating_pulse',
  gather: { counts: workspaceCountsOf },
  asks: { pulse: { answer, facts: changesToTell } },
  output,
  async deliver(tx, run, { changes, counts, changed, ticket_keys, ...said }, _, model) {
    const known = new KnownRuns([...changes.failures.listed, ...changes.waiting.listed], ticket_keys);
    const headline = said.headline === null ? null : known.line(said.headline);
    const { since, until } = changes;
    const note = changed ? null : `Nothing changed since ${since}.`;
    const shown = { changed, note, since, until, headline, points: known.points(said.points) };
    await new PostgresFileStore(tx).write(run.run_id, [pageOf(shown, changes, counts, model)]);
    const { unknown_ids } = known;
    const result = { headline, points: shown.points, unknown_ids };
    if (run.user_id === null) return { ...NOTHING_DELIVERED, result };
    const session = await sessionOf(tx, run, run.user_id, run.moment, 'FOR UPDATE');
    const pulse = following(session.pulse as PulseShown | null, { ...shown, counts });
    await setPulse(tx, run, session.id, pulse);
    const href = `/api/projects/${run.project_id}/today`;
    const today: OutputLink = { type: 'today', href, text: 'The pulse in Today' };
    return { ...NOTHING_DELIVERED, outputs: [today], result };
  },
});

function pageOf(
  { since, until, note, headline, changed, points: said }: Omit<PulseShown, 'counts'>,
  changes: ProjectChanges,
  counts: WorkspaceCounts,
  model: string | null,
) {
  const parts = [
    `${since} to ${until}`,
    note ?? escapeMarkdown(headline ?? ''),
    section('What matters', said.map(pointLine)),
    section('Figures', changed ? [...changeFigures(changes), ...countLines(counts)] : []),
  ];
  return page('Operating pulse', parts, model);
}

async function changesToTell(
  tx: EntityManager,
  run: WorkingRun,
  { changes }: { changes: ProjectChanges },
): Promise<AskedOf> {
  const { position: _, ...facts } = await withMessages(tx, run, changes);
  const workspace = await workspaceChanges(tx, run, changes);
  const active = Object.values(workspace.counts).some((one) => one > 0);
  const told = { ...facts, failures: facts.failures.listed, ...(active ? { workspace } : {}) };
  return { told, kept: { ticket_keys: ticketKeysIn(told) } };
}

/** Where nothing changed the pulse before stays, and reaches further; one that comes late changes nothing. */
function following(before: PulseShown | null, next: PulseShown): PulseShown {
  if (before === null) return next;
  if (Date.parse(next.until) < Date.parse(before.until)) return before;
  return next.changed ? next : { ...before, until: next.until };
}
