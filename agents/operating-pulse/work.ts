import type { EntityManager } from 'typeorm';
import { withMessages } from '../../src/engine/reports/with-messages.store.js';
import { PostgresFileStore } from '../../src/engine/runs/file.store.js';
import { sessionOf } from '../../src/workspace/daily/daily.store.js';
import { partIn, setPart } from '../../src/workspace/daily/day-part.store.js';
import { todayLink } from '../../src/workspace/daily/today-link.js';
import {
  type AgentQuestion,
  defineWork,
  NOTHING_DELIVERED,
  type WorkingRun,
} from '../../src/workspace/work/agent-work.js';
import type { DayPartContent } from '../../workflows/contract/day-part.js';
import type { ProjectChanges } from '../../workflows/contract/reports.js';
import type { Delivered } from '../../workflows/contract/work.js';
import { KnownRuns, ticketKeysIn } from '../kit/reports/known-runs.js';
import { changeFigures, escapeMarkdown, page, pointLine, section } from '../kit/reports/page.js';
import contract, { countLines, type Pulse, type PulseKept, type WorkspaceCounts } from './contract.js';
import dayPart from './day-part.js';
import { workspaceChanges, workspaceCountsOf } from './facts.store.js';

type PulseShown = DayPartContent<typeof dayPart>;

/** Turns the changes since the previous pulse into a page, and into the pulse of its person's session. */
export default defineWork({
  agent: 'operating_pulse',
  contract,
  gather: { counts: workspaceCountsOf },
  ask: { pulse: changesToTell },
  deliver: { pulse: deliverPulse },
});

async function deliverPulse(
  tx: EntityManager,
  run: WorkingRun,
  { changes, counts, changed, ticket_keys = [], ...answer }: Pulse,
  model: string | null,
): Promise<Delivered> {
  const known = new KnownRuns([...changes.failures.listed, ...changes.waiting.listed], ticket_keys);
  const headline = answer.headline === undefined ? null : known.line(answer.headline);
  const { since, until } = changes;
  const note = changed ? null : `Nothing changed since ${since}.`;
  const shown = { changed, note, since, until, headline, points: known.points(answer.points ?? []) };
  await new PostgresFileStore(tx).write(run.run_id, [pageOf(shown, changes, counts, model)]);
  const { unknown_ids } = known;
  const result = { headline, points: shown.points, unknown_ids };
  if (run.user_id === null) return { ...NOTHING_DELIVERED, result };
  const session = await sessionOf(tx, run, run.user_id, run.moment, 'FOR UPDATE');
  const pulse = following(partIn(session, dayPart), { ...shown, counts });
  await setPart(tx, run, [session], dayPart, pulse);
  return { ...NOTHING_DELIVERED, outputs: [todayLink(run, 'The pulse in Today')], result };
}

function pageOf(
  { since, until, note, headline, changed, points: listed }: Omit<PulseShown, 'counts'>,
  changes: ProjectChanges,
  counts: WorkspaceCounts,
  model: string | null,
) {
  const parts = [
    `${since} to ${until}`,
    note ?? escapeMarkdown(headline ?? ''),
    section('What matters', listed.map(pointLine)),
    section('Figures', changed ? [...changeFigures(changes), ...countLines(counts)] : []),
  ];
  return page('Operating pulse', parts, model);
}

async function changesToTell(
  tx: EntityManager,
  run: WorkingRun,
  { changes }: { changes: ProjectChanges },
): Promise<AgentQuestion<PulseKept>> {
  const { position: _, ...facts } = await withMessages(tx, run, changes);
  const workspace = await workspaceChanges(tx, run, changes);
  const active = Object.values(workspace.counts).some((one) => one > 0);
  const input = { ...facts, failures: facts.failures.listed, ...(active ? { workspace } : {}) };
  return { input, kept: { ticket_keys: ticketKeysIn(input) } };
}

/** If nothing changed, keeps the previous pulse and extends its end. An older pulse is ignored. */
function following(before: PulseShown | null, next: PulseShown): PulseShown {
  if (before === null) return next;
  if (Date.parse(next.until) < Date.parse(before.until)) return before;
  return next.changed ? next : { ...before, until: next.until };
}
