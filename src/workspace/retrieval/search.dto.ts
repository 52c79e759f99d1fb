import { z } from 'zod';
import { pageLimit } from '../../platform/http/page.js';
import { plainTrimmed } from '../../platform/http/text.js';
import { modelsSchema } from '../models.schema.js';
import { SEARCH_SOURCE_TYPES } from './source-types.js';

const sourceType = z.enum(SEARCH_SOURCE_TYPES).meta({ id: 'SearchSourceType' });

export const searchQuerySchema = z.strictObject({
  q: plainTrimmed(1000).describe(
    'Words or a question; every hit by words has each "phrase" and no -excluded word',
  ),
  type: sourceType.optional(),
  limit: pageLimit({ most: 50, usual: 10 }),
});
export type SearchQuery = z.output<typeof searchQuerySchema>;

const hitSchema = z
  .object({
    source: z.object({
      type: sourceType,
      id: z.uuid(),
      title: z.string(),
      thread_id: z.uuid().nullable().describe('Of a message'),
      models: modelsSchema,
    }),
    position: z.int().describe('Which chunk of the source, from 0'),
    snippet: z.string().describe('Plain text; matches are between `**`'),
    score: z
      .number()
      .describe('The combined standard score of words and meaning; compares hits of one search only'),
    similarity: z.number().nullable().describe('The cosine to the query, if meaning found it'),
    why: z.enum(['text', 'meaning', 'both']),
  })
  .meta({ id: 'SearchHit' });

export const searchSchema = z
  .object({
    hits: z.array(hitSchema),
    degraded: z.boolean().describe('The model provider gave no vector in time: words alone were searched'),
    stale: z.int().describe('Chunks of the project without a vector of the present embedding model'),
  })
  .meta({ id: 'SearchResult' });
export type SearchAnswer = z.output<typeof searchSchema>;
