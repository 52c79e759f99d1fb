import { definePart } from '../harness/part.js';
import { measurePlanted } from './measure.js';
import { plantedLines, plantedSummary } from './report.js';

export default definePart({
  name: 'planted',
  question: "How many of the demo's duplicates and conflicts does the scanner propose?",
  condition: 'any',
  sizes: { full: {}, quick: {} },
  measure: measurePlanted,
  summarise: plantedSummary,
  report: plantedLines,
});
