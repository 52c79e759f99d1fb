import { ApplicationFailure } from '@temporalio/activity';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { ModelNeeds } from '../activities/model/needs.js';
import { misfits } from '../workflows/contract/misfits.js';
import type { ToolEffect } from '../workflows/contract/tool.js';

export interface ToolNeeds extends Pick<ModelNeeds, 'provider' | 'calls'> {
  db: DataSource;
}

/** One file of `tools/` is one tool: a typed call that every flow may make. */
export interface ToolDefinition<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
> {
  /** The name of its activity: histories hold it, so it never changes. */
  name: string;
  purpose: string;
  effect: ToolEffect;
  input: Input;
  output: Output;
  /** An input that the battery calls it with. */
  example: z.input<Input>;
  /** Reaches what belongs to the run's own organisation and project, and nothing else. */
  use(needs: ToolNeeds, run_id: string, input: z.output<Input>): Promise<z.input<Output>>;
}

/** Keeps each tool's own types. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodType>(
  tool: ToolDefinition<Input, Output>,
): ToolDefinition<Input, Output> {
  return tool;
}

export type AnyTool = Omit<ToolDefinition, 'use' | 'example'> & {
  example: object;
  use(needs: ToolNeeds, run_id: string, input: never): Promise<unknown>;
};

/** Each tool as an activity that checks what goes in and what comes out. */
export function createTools(tools: readonly AnyTool[], needs: ToolNeeds) {
  return Object.fromEntries(tools.map((tool) => [tool.name, activityOf(tool, needs)]));
}

function activityOf(tool: AnyTool, needs: ToolNeeds) {
  return async ({ run_id, ...given }: { run_id: string }): Promise<unknown> => {
    const input = tool.input.safeParse(given);
    if (!input.success) throw defect(`${tool.name} does not take its input: ${misfits(input.error)}`);
    const output = tool.output.safeParse(await tool.use(needs, run_id, input.data as never));
    if (!output.success)
      throw defect(`${tool.name} answers otherwise than it says: ${misfits(output.error)}`);
    return output.data;
  };
}

function defect(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'agent_defect');
}
