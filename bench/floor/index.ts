import { definePart } from '../harness/part.js';
import type { RoundSizes } from '../harness/sides/rounds.js';
import { runSizes } from '../harness/sides/with-sides.js';
import { measureFloor } from './measure.js';
import { floorLines } from './report.js';
import { floorSummary } from './summary.js';

const full: RoundSizes = { ...runSizes.full, latency_rounds: 6, latency_runs: 40, load_rounds: 4 };

export default definePart({
  name: 'floor',
  question: 'What does a run cost, compared with a bare Temporal workflow?',
  condition: 'quiet',
  sizes: { full, quick: { ...runSizes.quick, latency_rounds: 2, latency_runs: 10, load_rounds: 2 } },
  measure: measureFloor,
  summarise: floorSummary,
  report: floorLines,
});
