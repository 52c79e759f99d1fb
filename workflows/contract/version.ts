import type { RetryPolicy } from './run.js';
import type { Audience, Overlap, Schedule } from './schedule.js';

export const VERSION_STATUSES = ['draft', 'published', 'archived'] as const;
export type VersionStatus = (typeof VERSION_STATUSES)[number];

/** The author of a version: the product's own code, or a person. */
export const VERSION_ORIGINS = ['code', 'person'] as const;
export type VersionOrigin = (typeof VERSION_ORIGINS)[number];

/** The content of a numbered version of an agent; a run keeps the version it was admitted with. */
export interface VersionDefinition {
  instructions: string;
  /** `reasoning`, `fast`, or the name of a model that the provider has. */
  model: string;
  tools: string[];
  /** JSON Schema; null takes any object. */
  input_schema: Record<string, unknown> | null;
  output_schema: Record<string, unknown>;
  schedule: Schedule;
  audience: Audience;
  /** The target of scheduled runs. */
  target: string | null;
  priority: 1 | 5 | 10 | 20;
  timeout_seconds: number;
  retry: RetryPolicy;
  overlap: Overlap;
}

/** The settings that a binding may override, the most specific binding first; the rest comes from the version. */
export interface SettingsOverride {
  model?: string | undefined;
  priority?: 1 | 5 | 10 | 20 | undefined;
  timeout_seconds?: number | undefined;
  max_attempts?: number | undefined;
  /** True if proposals are accepted without a person. */
  auto_accept?: boolean | undefined;
}
