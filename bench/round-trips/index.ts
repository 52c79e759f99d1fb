import { definePart } from '../harness/part.js';
import { runSizes } from '../harness/sides/with-sides.js';
import { measureRoundTrips } from './measure.js';
import { roundTripLines } from './report.js';

export default definePart({
  name: 'round-trips',
  question: 'How many statements and calls to Temporal does a run take, archive included?',
  condition: 'quiet',
  sizes: {
    full: { ...runSizes.full, counted_runs: 50 },
    quick: { ...runSizes.quick, counted_runs: 10 },
  },
  measure: measureRoundTrips,
  summarise: (round_trips) => ({ results: { round_trips } }),
  report: roundTripLines,
});
