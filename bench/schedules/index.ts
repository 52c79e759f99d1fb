import { definePart } from '../harness/part.js';
import { measureSchedules, type ScheduleSizes } from './measure.js';
import { scheduleLines, tickCost } from './report.js';

const full: ScheduleSizes = {
  schedules: { members: 10_000, cadences: 100, ladder: [10, 100, 1000, 5000] },
  tick_rounds: 3,
};

export default definePart({
  name: 'schedules',
  question: 'What do schedules of many members cost to keep, and what does a tick cost for each member?',
  condition: 'any',
  sizes: {
    full,
    quick: { schedules: { members: 1000, cadences: 20, ladder: [10, 100, 500] }, tick_rounds: 2 },
  },
  measure: measureSchedules,
  summarise: (schedules) => ({ ratios: { tick_cost: tickCost(schedules) }, results: { schedules } }),
  report: scheduleLines,
});
