import { reportSection } from '../harness/section.js';
import { median, p50, p95, type Ratio, ratioOfSides } from '../harness/stats.js';
import { ANSWER_MS, type ModelFigures } from './measure.js';

const words = {
  throughput: { title: 'model: throughput, ours / floor', target: '≥ 0.90' },
  p50: { title: 'model: p50, ours / the model', target: '≤ 1.12' },
};

export function modelRatios({ latencies, load }: ModelFigures): Record<string, Ratio> {
  const { ours, floor } = load.runs_per_second;
  const own = latencies.ours.map((round) => p50(round) / ANSWER_MS);
  return {
    model_throughput: ratioOfSides(words.throughput, ours, floor),
    model_p50: { ...words.p50, value: median(own), rounds: own },
  };
}

export function modelLines({ model: figures }: { model: ModelFigures }): string[] {
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
