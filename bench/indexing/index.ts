import { definePart } from '../harness/part.js';
import { restSizes } from '../harness/rest.js';
import { measureIndexing } from './measure.js';
import { indexingLines } from './report.js';

export default definePart({
  name: 'indexing',
  question:
    'How fast are many docs reviewed and indexed, and how much memory does the worker hold meanwhile?',
  condition: 'any',
  sizes: { full: { ...restSizes.full, docs: 1000 }, quick: { ...restSizes.quick, docs: 100 } },
  measure: measureIndexing,
  summarise: (indexing) => ({ results: { indexing } }),
  report: indexingLines,
});
