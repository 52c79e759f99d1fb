import { expect, test } from 'vitest';
import type { PlantedFigures, PlantedPair } from '../../bench/planted/measure.js';
import { plantedKey } from '../../bench/planted/measure.js';
import { foundOf, plantedLines, plantedSummary } from '../../bench/planted/report.js';
import type { SearchQuality } from '../../bench/search-quality/measure.js';
import { qualityLines, qualityOf, qualitySummary } from '../../bench/search-quality/report.js';

const pair = (relation: PlantedPair['relation'], one: string, other: string): PlantedPair => ({
  relation,
  ids: [one, other],
  words: `${one} / ${other}`,
});

const figures: PlantedFigures = {
  planted: [
    pair('duplicate_of', 'a', 'b'),
    pair('duplicate_of', 'c', 'd'),
    pair('conflicts_with', 'e', 'f'),
    pair('conflicts_with', 'g', 'h'),
  ],
  proposed: [
    pair('duplicate_of', 'b', 'a'),
    pair('duplicate_of', 'e', 'f'),
    pair('conflicts_with', 'g', 'h'),
    pair('duplicate_of', 'x', 'y'),
  ],
  look_alikes: [plantedKey(['y', 'x'])],
  judged: ['a b', 'e f', 'g h', 'x y'],
  embed_seconds: 1,
  scan_seconds: 1,
  scans: 1,
  model_calls: 1,
};

test('a planted pair is found from either side, and of the wrong kind it is not', () => {
  expect(foundOf(figures)).toEqual({
    planted: 4,
    judged: 3,
    found: 2,
    proposed: 4,
    recall: 0.5,
    precision: 0.5,
  });
  expect(foundOf(figures, 'duplicate_of')).toMatchObject({ found: 1, proposed: 3, recall: 0.5 });
  expect(foundOf(figures, 'duplicate_of').precision).toBeCloseTo(1 / 3);
  expect(foundOf(figures, 'conflicts_with')).toMatchObject({ recall: 0.5, precision: 1 });
  expect(foundOf({ ...figures, proposed: [] })).toMatchObject({ recall: 0, precision: 1 });
});

test('the report names what was missed and what is wrong', () => {
  const lines = plantedLines(plantedSummary(figures).results).join('\n');
  expect(lines).toContain('1 of 1 look-alikes proposed');
  expect(lines).toMatch(/missed since nobody asked: duplicate_of +c \/ d/);
  expect(lines).toMatch(/missed by the model: conflicts_with +e \/ f/);
  expect(lines).toMatch(/wrong: duplicate_of e \/ f/);
});

test('the quality of a search is of all questions, and of each level', () => {
  const asked = (level: 'easy' | 'hard', rank: number | null, rank_of_thread = rank) => ({
    question: { q: `${level} ${rank}`, level, answers: [] },
    rank,
    rank_of_thread,
  });
  const answered = [asked('easy', 1), asked('easy', 4), asked('hard', null, 2), asked('hard', null)];
  expect(qualityOf(answered)).toEqual({
    recall: 0.5,
    easy: 1,
    hard: 0,
    mrr: 0.3125,
    recall_of_threads: 0.75,
  });
  const quality: SearchQuality = {
    chunks: 9,
    ways: { 'words and signs': answered },
    without_index: 'no wheel',
  };
  const lines = qualityLines(qualitySummary(quality).results).join('\n');
  expect(lines).toContain('words and pgvector: not measured, no wheel');
  expect(lines).toContain('not found by words and signs (hard): hard null');
});
