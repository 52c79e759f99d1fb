import type { PartSummary } from '../harness/part.js';
import { reportSection } from '../harness/section.js';
import type { SearchQuality } from './measure.js';

type Answered = SearchQuality['ways'][string];

interface QualityFigures {
  /** Share of the questions whose answer is among the first ten. */
  recall: number;
  easy: number;
  hard: number;
  /** The mean of 1 / rank, with 0 for what is not found. */
  mrr: number;
  /** The recall if any message of the conversation counts. */
  recall_of_threads: number;
}

export function qualityOf(answered: Answered): QualityFigures {
  const share = (some: Answered, found: (one: Answered[number]) => boolean) =>
    some.filter(found).length / Math.max(some.length, 1);
  const isFound = ({ rank }: Answered[number]) => rank !== null;
  const of = (level: string) => answered.filter(({ question }) => question.level === level);
  return {
    recall: share(answered, isFound),
    easy: share(of('easy'), isFound),
    hard: share(of('hard'), isFound),
    mrr: answered.reduce((sum, { rank }) => sum + (rank === null ? 0 : 1 / rank), 0) / answered.length,
    recall_of_threads: share(answered, ({ rank_of_thread }) => rank_of_thread !== null),
  };
}

interface QualityResults {
  /** The ranks of every question, with their figures. */
  search_quality: SearchQuality & { figures: Record<string, QualityFigures> };
}

export function qualitySummary(quality: SearchQuality): PartSummary<QualityResults> {
  const each = Object.entries(quality.ways).map(([way, answered]) => [way, qualityOf(answered)] as const);
  return { results: { search_quality: { ...quality, figures: Object.fromEntries(each) } } };
}

/** Reports which of the demo's questions search answers, and which it does not. */
export function qualityLines({ search_quality }: QualityResults): string[] {
  const { ways, figures, chunks, without_index } = search_quality;
  const rows = Object.entries(figures).map(([way, { recall, easy, hard, mrr, recall_of_threads }]) => [
    way,
    ...[recall, easy, hard, recall_of_threads, mrr].map((value) => value.toFixed(2)),
  ]);
  const asked = Object.values(ways)[0]?.length ?? 0;
  const head = [`${asked} questions, ${chunks} chunks`, 'recall at 10', 'easy', 'hard', 'with thread', 'MRR'];
  const missed = (ways['words and signs'] ?? []).filter(({ rank }) => rank === null);
  return [
    ...reportSection(head, rows),
    ...(without_index === null ? [] : [`  words and pgvector: not measured, ${without_index}`]),
    ...missed.map(({ question }) => `  not found by words and signs (${question.level}): ${question.q}`),
  ];
}
