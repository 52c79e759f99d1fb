import { z } from 'zod';
import { plain } from '../../platform/http/text.js';

const PRIORITIES = { LOW: 1, MEDIUM: 5, HIGH: 10, CRITICAL: 20 } as const;

export const priority = z
  .union([z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']), z.literal([1, 5, 10, 20])], {
    error: 'must be 1, 5, 10, 20, LOW, MEDIUM, HIGH or CRITICAL',
  })
  .transform((value) => (typeof value === 'string' ? PRIORITIES[value] : value))
  .meta({ id: 'Priority' });

export const timeoutSeconds = z.int().min(1).max(86_400);
export const modelName = plain(200).describe('reasoning, fast, or a model of the provider');
export const maxAttempts = z.int().min(1).max(20);

/** The settings that a binding may override. */
export const agentSettingsSchema = z
  .strictObject({
    model: modelName.optional(),
    priority: priority.optional(),
    timeout_seconds: timeoutSeconds.optional(),
    max_attempts: maxAttempts.optional(),
    auto_accept: z.boolean().optional().describe('Whether proposals are accepted without a person'),
  })
  .meta({ id: 'AgentSettingsInput' });

export const settingsShownSchema = z
  .object({
    model: z.string().optional(),
    priority: z.int().optional(),
    timeout_seconds: z.int().optional(),
    max_attempts: z.int().optional(),
    auto_accept: z.boolean().optional(),
  })
  .meta({ id: 'AgentSettings' });
