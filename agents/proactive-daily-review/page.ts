import type { ProjectDay } from '../../workflows/contract/reports.js';
import type { RunFile } from '../../workflows/contract/run.js';
import { dayFigures, escapeMarkdown, page, pointLine, section } from '../kit/reports/page.js';
import { type ReviewedWorkspace, type ReviewWords, reviewLines, waitingLines } from './contract.js';

/** A review as everybody may read it who sees the run. */
export function reviewPage(
  facts: ProjectDay,
  { counts, tickets }: Pick<ReviewedWorkspace, 'counts' | 'tickets'>,
  { note, words, model }: { note: string | null; words: ReviewWords; model: string | null },
): RunFile {
  const { summary, went_well, needs_attention, suggestions } = words;
  const parts = [
    `${facts.since} to ${facts.until} (${facts.time_zone})`,
    note ?? escapeMarkdown(summary ?? ''),
    section('What went well', went_well.map(escapeMarkdown)),
    section('What needs attention', needs_attention.map(pointLine)),
    section('Suggestions', suggestions.map(escapeMarkdown)),
    section('Blocked and stale', waitingLines(tickets)),
    section('Figures', [...dayFigures(facts), ...reviewLines(counts)]),
  ];
  return page(`Review of ${facts.day}`, parts, model);
}
