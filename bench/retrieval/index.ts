import { definePart } from '../harness/part.js';
import { measureRetrieval } from './measure.js';
import { retrievalLines, searchRatios } from './report.js';

export default definePart({
  name: 'retrieval',
  question: 'How much slower is search in a large project, and how much of the exact answer does it find?',
  condition: 'any',
  sizes: {
    full: { few_chunks: 1000, many_chunks: 100_000, searches: 50 },
    quick: { many_chunks: 10_000, searches: 30 },
  },
  measure: measureRetrieval,
  summarise: (retrieval) => ({ ratios: searchRatios(retrieval), results: { retrieval } }),
  report: retrievalLines,
});
