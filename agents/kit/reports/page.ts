import type { FailedRun, ProjectChanges, ProjectDay } from '../../../workflows/contract/reports.js';
import type { RunFile } from '../../../workflows/contract/run.js';
import type { Point } from './known-runs.js';

/**
 * Renders a report for people, with the model whose words it has. Other people's texts stay text, whatever they look
 * like.
 */
export function page(title: string, parts: readonly (string | null)[], model: string | null): RunFile {
  const label = model === null ? '' : `_Words by ${escapeMarkdown(model)}; figures from the database._`;
  const all = [`# ${title}`, ...parts, label];
  const content = all.filter((part) => part !== null && part !== '').join('\n\n');
  return { path: 'output.md', content: `${content}\n` };
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

export function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

export function pointLine({ text, run_ids }: Point): string {
  const runs = run_ids.map((id) => `\`${id}\``).join(', ');
  return runs === '' ? escapeMarkdown(text) : `${escapeMarkdown(text)} (${runs})`;
}

function failedLine({ run_id, agent, code }: FailedRun): string {
  return `\`${agent}\` failed with \`${code}\`: \`${run_id}\``;
}

function endedLine({ agent, status, count }: ProjectDay['ended']['listed'][number]): string {
  return `\`${agent}\` ${status}: ${count}`;
}

export function changeFigures({ ended, failures, schedules, waiting }: ProjectChanges): string[] {
  return [
    ...ended.listed.map(endedLine),
    ...failures.listed.map(failedLine),
    `schedules that began to fail: ${schedules.failing}, that recovered: ${schedules.recovered}`,
    `runs that wait for long: ${waiting.total}`,
  ];
}

export function dayFigures({
  ended,
  failures,
  durations,
  ticks_without_run: ticks,
  usage,
}: ProjectDay): string[] {
  const cost = usage.cost_usd === null ? 'not known' : `${usage.cost_usd} USD`;
  return [
    ...ended.listed.map(endedLine),
    ...failures.listed.map(failedLine),
    ...(durations
      ? [`duration: ${durations.median_ms} ms at the median, ${durations.longest.ms} ms at most`]
      : []),
    ...ticks.listed.map(
      ({ agent, outcome, code, count }) => `\`${agent}\` ticks ${outcome} (${code}): ${count}`,
    ),
    `tokens: ${usage.input_tokens} in, ${usage.output_tokens} out; cost: ${cost}`,
  ];
}
