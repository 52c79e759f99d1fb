import { definePart } from '../harness/part.js';
import { measureSearchQuality } from './measure.js';
import { qualityLines, qualitySummary } from './report.js';

export default definePart({
  name: 'search-quality',
  question: "How many of the demo's questions does search answer among the first ten results?",
  condition: 'any',
  sizes: { full: {}, quick: {} },
  measure: measureSearchQuality,
  summarise: qualitySummary,
  report: qualityLines,
});
