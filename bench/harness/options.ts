import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { AnyPart } from './part.js';

export interface Options {
  parts: AnyPart[];
  quick: boolean;
  json: string | undefined;
}

export function benchUsage(all: readonly AnyPart[]): string {
  return [
    `usage: npm run bench -- [--quick] [--only ${namesOf(all).join(',')}] [--json FILE]`,
    ...all.map(({ name, question }) => `  ${name.padEnd(16)}${question}`),
  ].join('\n');
}

/** A flag is wrong; the message names it. */
export class BadFlags extends Error {
  override readonly name = 'BadFlags';
}

export function readOptions(args: string[], all: readonly AnyPart[]): Options {
  const { only, quick = false, json } = readFlags(args);
  const path = json === undefined ? undefined : resolve(json);
  if (path !== undefined && !existsSync(dirname(path))) {
    throw new BadFlags(`--json: there is no folder ${dirname(path)}`);
  }
  return { parts: chosenParts(only, all), quick, json: path };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: { only: { type: 'string' }, quick: { type: 'boolean' }, json: { type: 'string' } },
    }).values;
  } catch (error) {
    throw new BadFlags((error as Error).message);
  }
}

/** The parts that `--only` names, or all, in the order in which they are measured. */
function chosenParts(only: string | undefined, all: readonly AnyPart[]): AnyPart[] {
  const names = only === undefined ? namesOf(all) : only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !namesOf(all).includes(name));
  if (unknown.length > 0) {
    throw new BadFlags(
      `--only: ${unknown.map((name) => JSON.stringify(name)).join(', ')} is none of ${namesOf(all).join(', ')}`,
    );
  }
  return all.filter(({ name }) => names.includes(name));
}

const namesOf = (parts: readonly AnyPart[]) => parts.map(({ name }) => name);
