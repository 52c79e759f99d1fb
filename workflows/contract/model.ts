import { z } from 'zod';

/** Messages of the model activities. `key` names the call within the run: the same key is answered once. */

/** The longest that one call to a model may be set to take. */
export const MOST_MODEL_SECONDS = 3600;

export type ModelKind = 'reasoning' | 'fast';

export interface JsonSchemaFormat {
  name: string;
  schema: Record<string, unknown>;
  /** False where the schema says more than a provider can hold its model to; the answer is checked either way. */
  strict?: boolean;
}

/** Fields that the request leaves out come from the run's version. */
export interface RespondRequest {
  run_id: string;
  key: string;
  model?: ModelKind | (string & {});
  instructions?: string;
  input: string;
  /** `version` asks for the version's own output schema. */
  format?: JsonSchemaFormat | 'version';
  max_output_tokens?: number;
}

export const modelUsage = z.object({
  input_tokens: z.int().min(0),
  output_tokens: z.int().min(0),
  cost_usd: z.number().nullable(),
});
export type ModelUsage = z.output<typeof modelUsage>;

export interface RespondResult {
  text: string;
  /** Checked against the format's schema; null for plain text. */
  output: unknown;
  model: string;
  usage: ModelUsage;
}

export interface EmbedRequest {
  run_id: string;
  key: string;
  texts: string[];
}

/** Vectors stay out of history: they are kept with the call and read by key. */
export const embedResult = z.object({
  count: z.int().min(0),
  dimensions: z.int().min(0),
  model: z.string(),
  usage: modelUsage,
});
export type EmbedResult = z.output<typeof embedResult>;

export interface ModelActivities {
  /** The question and the answer become history: for the product's own words only. */
  respond(request: RespondRequest): Promise<RespondResult>;
  embed(request: EmbedRequest): Promise<EmbedResult>;
}
