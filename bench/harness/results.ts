import { type AnyPart, sizesOf } from './part.js';
import type { Ratio } from './stats.js';

export interface Machine {
  cores: number;
  processor: string;
  memory_gb: number;
  node: string;
  postgres: string;
  temporal: string;
  platform: string;
}

/** The measurements of each part; a part that was left out or failed is missing. */
export type Measurements = ReadonlyMap<AnyPart, unknown>;

export interface PartResults {
  part: AnyPart;
  ratios: Record<string, Ratio>;
  results: Record<string, unknown>;
}

export function summarise(measurements: Measurements): PartResults[] {
  return [...measurements].map(([part, measured]) => {
    const { ratios = {}, results } = part.summarise(measured);
    const known = Object.entries(ratios).filter((entry): entry is [string, Ratio] => entry[1] !== undefined);
    return { part, ratios: Object.fromEntries(known), results };
  });
}

/** Returns the figures of the report as one object for a program. */
export function asJson(all: readonly PartResults[], machine: Machine, settings: object): object {
  const ratios = all.flatMap((one) => Object.entries(one.ratios));
  return {
    ratios: Object.fromEntries(ratios.map(([name, { value }]) => [name, value])),
    ratio_rounds: Object.fromEntries(ratios.map(([name, { rounds }]) => [name, rounds])),
    ...Object.assign({}, ...all.map(({ results }) => results)),
    machine,
    settings,
  };
}

/** The sizes of all parts as one object: a size that two parts share has one value. */
export function allSizes(parts: readonly AnyPart[], isQuick: boolean): object {
  return Object.assign({}, ...parts.map((part) => sizesOf(part, isQuick)));
}
