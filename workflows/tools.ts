import { TOOL_EFFECTS, type Tools } from '../tools/declared.js';
import type { ToolEffect } from './contract/tool.js';
import { longTools, shortTools } from './proxies.js';
import { uninterrupted, untilSettled } from './until-settled.js';

type ToolArgs = { run_id: string };
type Use = (name: string, args: ToolArgs) => Promise<unknown>;

const USES: Record<ToolEffect, Use> = {
  read: (name, args) => shortTools[name]!(args),
  write: (name, args) => uninterrupted(() => shortTools[name]!(args)),
  try: (name, args) => shortTools[name]!(args),
  scan: (name, args) => longTools[name]!(args),
  model: (name, args) => untilSettled(() => longTools[name]!(args)),
};

/** Every tool as the flow of this run calls it. */
export function toolsOf(run_id: string): Tools {
  const calls = Object.entries(TOOL_EFFECTS).map(([name, effect]) => [
    name,
    (input: object) => USES[effect](name, { ...input, run_id }),
  ]);
  return Object.fromEntries(calls);
}
