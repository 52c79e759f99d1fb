import type { PartSummary } from '../harness/part.js';
import { reportSection } from '../harness/section.js';
import { type PlantedFigures, type PlantedPair, plantedKey } from './measure.js';

interface Found {
  planted: number;
  found: number;
  proposed: number;
  recall: number;
  /** The share of all proposals that are right; a wrong kind of relation is wrong, too. */
  precision: number;
  /** Planted pairs that the model was asked about at all. */
  judged: number;
}

const keyOf = ({ relation, ids }: PlantedPair) => `${relation} ${plantedKey(ids)}`;

export function foundOf(
  { planted, proposed, judged }: PlantedFigures,
  relation?: PlantedPair['relation'],
): Found {
  const [wanted, got] = [planted, proposed].map((pairs) =>
    pairs.filter((pair) => relation === undefined || pair.relation === relation),
  ) as [PlantedPair[], PlantedPair[]];
  const keys = new Set(wanted.map(keyOf));
  const right = new Set(got.map(keyOf).filter((key) => keys.has(key))).size;
  return {
    planted: wanted.length,
    found: right,
    proposed: got.length,
    recall: right / Math.max(wanted.length, 1),
    precision: got.length === 0 ? 1 : right / got.length,
    judged: wanted.filter(({ ids }) => judged.includes(plantedKey(ids))).length,
  };
}

interface PlantedResults {
  /** The results of every pair, with their figures. */
  planted: PlantedFigures & { figures: Record<'duplicates' | 'conflicts' | 'both', Found> };
}

export function plantedSummary(planted: PlantedFigures): PartSummary<PlantedResults> {
  const figures = {
    duplicates: foundOf(planted, 'duplicate_of'),
    conflicts: foundOf(planted, 'conflicts_with'),
    both: foundOf(planted),
  };
  return { results: { planted: { ...planted, figures } } };
}

/** Reports how much of the planted pairs is proposed, and how much else. */
export function plantedLines({ planted: results }: PlantedResults): string[] {
  const { planted, proposed, judged, look_alikes, scan_seconds, embed_seconds, scans, model_calls } = results;
  const wanted = new Set(planted.map(keyOf));
  const got = new Set(proposed.map(keyOf));
  const missed = planted.filter((pair) => !got.has(keyOf(pair)));
  const wrong = proposed.filter((pair) => !wanted.has(keyOf(pair)));
  const alike = wrong.filter(({ ids }) => look_alikes.includes(plantedKey(ids))).length;
  return [
    ...reportSection(
      ['Planted in the demo', 'planted', 'judged', 'found', 'proposed', 'recall', 'precision'],
      Object.entries(results.figures).map(([name, found]) => [
        name,
        ...[found.planted, found.judged, found.found, found.proposed].map(String),
        found.recall.toFixed(2),
        found.precision.toFixed(2),
      ]),
    ),
    `  ${judged.length} pairs judged in ${scans} scans, ${model_calls} model calls, ${scan_seconds.toFixed(1)} s; embedded in ${embed_seconds.toFixed(1)} s`,
    `  ${alike} of ${look_alikes.length} look-alikes proposed`,
    ...missed.map(
      (pair) =>
        `  missed ${whyMissed(judged, pair)}: ${pair.relation} ${pair.difficulty ?? ''} ${pair.words}`,
    ),
    ...wrong.map(({ relation, words }) => `  wrong: ${relation} ${words}`),
  ];
}

const whyMissed = (judged: string[], { ids }: PlantedPair) =>
  judged.includes(plantedKey(ids)) ? 'by the model' : 'since nobody asked';
