import type { z } from 'zod';

/**
 * How a tool touches the world, and so how Temporal runs it.
 * - `read`: short, and without effect: it runs inside the workflow task.
 * - `write`: short, and its effect is made once by its keys; a cancelled run lets it end.
 * - `try`: the same, but a cancelled run gives it up between two tries.
 * - `scan`: reads much: it is an activity of its own, with a heartbeat.
 * - `model`: asks a provider: it is long and costly, and a cancelled run waits for it to stop.
 */
export type ToolEffect = 'read' | 'write' | 'try' | 'scan' | 'model';

/** A tool as a flow calls it. */
export type ToolCall<Tool> = Tool extends {
  input: infer Input extends z.ZodType;
  output: infer Output extends z.ZodType;
}
  ? (input: z.input<Input>) => Promise<z.output<Output>>
  : never;
