import { definePart } from '../harness/part.js';
import { restSizes } from '../harness/rest.js';
import { runSizes } from '../harness/sides/with-sides.js';
import { measureMemory } from './measure.js';
import { memoryLines, memorySummary } from './report.js';

export default definePart({
  name: 'memory',
  question: 'How much memory do the API and the worker hold at rest, and at most under load?',
  condition: 'fresh',
  sizes: {
    full: { ...runSizes.full, ...restSizes.full },
    quick: { ...runSizes.quick, ...restSizes.quick },
  },
  measure: measureMemory,
  summarise: memorySummary,
  report: memoryLines,
});
