import type { Ratio } from '../harness/results.js';
import { reportSection } from '../harness/section.js';
import { median, medianRatio, p50, p95, ratios } from '../harness/stats.js';
import { ANSWER_MS, type ModelFigures } from './model.js';

export const modelTargets: Record<string, string> = {
  model_throughput: '≥ 0.90',
  model_p50: '≤ 1.12',
};

export const modelTitles: Record<string, string> = {
  model_throughput: 'model: throughput, ours / floor',
  model_p50: 'model: p50, ours / the model',
};

export function modelRatios({ latencies, load }: ModelFigures): Record<string, Ratio> {
  const { ours, floor } = load.runs_per_second;
  const own = latencies.ours.map((round) => p50(round) / ANSWER_MS);
  return {
    model_throughput: { value: medianRatio(ours, floor), rounds: ratios(ours, floor) },
    model_p50: { value: median(own), rounds: own },
  };
}

export function modelLines(figures: ModelFigures | undefined): string[] {
  if (!figures) return [];
  const { latencies, load, under_load, in_flight, most_open } = figures;
  const row = (title: string, floor: number, ours: number) => [title, floor.toFixed(1), ours.toFixed(1)];
  const [floor, ours] = [latencies.floor.flat(), latencies.ours.flat()];
  const names = Object.keys(load.cpu_ms.floor);
  const cpu = names.map((name) =>
    row(`CPU, ${name}`, load.cpu_ms.floor[name] ?? 0, load.cpu_ms.ours[name] ?? 0),
  );
  return reportSection(
    [`A model call of ${ANSWER_MS} ms`, 'floor', 'ours'],
    [
      row('p50 one at a time, ms', p50(floor), p50(ours)),
      row('p95 one at a time, ms', p95(floor), p95(ours)),
      row(
        `runs/s, ${in_flight} in flight`,
        median(load.runs_per_second.floor),
        median(load.runs_per_second.ours),
      ),
      row(`p50, ${in_flight} in flight, ms`, p50(under_load.floor), p50(under_load.ours)),
      ['most calls open at once', '', String(most_open)],
      ...cpu.map(([name = '', ...values]) => [`${name}, ms a run`, ...values]),
    ],
  );
}
