import type { Schema } from '../schema/types.js';

export const MODEL = 'offline model';

export interface Tool {
  name: string;
  description: string;
  parameters: Schema;
}

export type ToolChoice =
  | { kind: 'none' }
  | { kind: 'auto'; allowed?: string[] }
  | { kind: 'required'; allowed?: string[] };

export type AnswerFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; schema: Schema };

/** A request in neither of the two wire formats: who said what, and what is wanted. */
export interface Prompt {
  /** The messages of the system and the developer; never extracted from while the user gives data. */
  guidance: string;
  /** The users' messages, in order. */
  said: string[];
  /** Outputs of tools since the user spoke last, with the tool's name. */
  outputs: { tool: string; text: string }[];
  format: AnswerFormat;
  tools: Tool[];
  toolChoice: ToolChoice;
  maxTokens: number | undefined;
  inputTokens: number;
}

export type Answer =
  | { kind: 'text'; text: string }
  | { kind: 'call'; tool: string; arguments: string }
  | { kind: 'refusal'; text: string };
