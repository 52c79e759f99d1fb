import { definePart } from '../harness/part.js';
import { measureModel } from './measure.js';
import { modelLines, modelRatios } from './report.js';

export default definePart({
  name: 'model',
  question: 'What does a run with one model call of half a second add to that call?',
  condition: 'quiet',
  sizes: {
    full: {
      model_warm_up: 100,
      model_rounds: 4,
      model_runs: 20,
      model_load_runs: 300,
      model_in_flight: 50,
    },
    quick: { model_warm_up: 20, model_rounds: 2, model_runs: 6, model_load_runs: 100 },
  },
  measure: measureModel,
  summarise: (model) => ({ ratios: modelRatios(model), results: { model } }),
  report: modelLines,
});
