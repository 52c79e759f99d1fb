import type { Machine, PartResults } from './results.js';
import { reportSection } from './section.js';

/** Shows every figure beside its target; the report passes no verdict. */
export function reportText(all: readonly PartResults[], machine: Machine, notes: string[]): string {
  const { cores, processor, memory_gb, node, postgres, temporal } = machine;
  return [
    `${cores} cores (${processor}), ${memory_gb} GB, Node ${node}, PostgreSQL ${postgres}, Temporal ${temporal}`,
    ...notes,
    ...ratioLines(all),
    ...all.flatMap(({ part, results }) => part.report(results)),
  ].join('\n');
}

function ratioLines(all: readonly PartResults[]): string[] {
  const ratios = all.flatMap((one) => Object.values(one.ratios));
  return reportSection(
    ['Ratios', 'median', 'target', '  by round'],
    ratios.map(({ title, value, target, rounds }) => [
      title,
      value.toFixed(2),
      target,
      `  ${rounds.map((round) => round.toFixed(2)).join(' ')}`,
    ]),
  );
}
