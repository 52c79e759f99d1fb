import { definePart } from '../harness/part.js';
import { measureFeed } from './measure.js';
import { feedLines } from './report.js';
import { feedSummary } from './summary.js';

export default definePart({
  name: 'feed',
  question: 'How much slower is the feed when a million runs are stored?',
  condition: 'any',
  sizes: {
    full: { few_runs: 1000, many_runs: 1_000_000, feed_requests: 400 },
    quick: { many_runs: 20_000, feed_requests: 60 },
  },
  measure: measureFeed,
  summarise: feedSummary,
  report: feedLines,
});
