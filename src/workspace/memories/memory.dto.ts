import { z } from 'zod';
import { idOfLast, nextId, nextNumber, pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { version, versionText } from '../../platform/http/version.js';
import { modelsSchema } from '../models.schema.js';
import { sourceSchema } from '../proposals/source.schema.js';

export const memoryBody = plain(10_000);

export const memoriesQuerySchema = z.strictObject({
  mine: z
    .stringbool()
    .optional()
    .describe('Only your own, or only the project’s; both, unless said otherwise'),
  q: plain(200).optional().describe('Words that it holds'),
  before: idOfLast('memory'),
  limit: pageLimit(),
});
export type MemoriesQuery = z.output<typeof memoriesQuerySchema>;

export const memoryCreateSchema = z
  .strictObject({
    body: memoryBody,
    mine: z.boolean().default(false).describe('Seen and changed by you alone'),
  })
  .meta({ id: 'MemoryCreate' });
export type MemoryCreate = z.output<typeof memoryCreateSchema>;

export const memoryChangeSchema = z
  .strictObject({
    body: memoryBody,
    version: version.describe('The version you saw'),
  })
  .meta({ id: 'MemoryChange' });
export type MemoryChange = z.output<typeof memoryChangeSchema>;

export const restoreSchema = z
  .strictObject({
    version: version.describe('The one whose text is to hold again'),
  })
  .meta({ id: 'MemoryRestore' });
export type Restore = z.output<typeof restoreSchema>;

export const historyQuerySchema = z.strictObject({
  before: versionText.optional().describe('The last version of the page before'),
  limit: pageLimit(),
});
export type HistoryQuery = z.output<typeof historyQuerySchema>;

const when = z.iso.datetime();
export const memorySchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    user_id: z.uuid().nullable().describe('Whose it is; null where it is the project’s'),
    body: z.string(),
    sources: z.array(sourceSchema),
    models: modelsSchema,
    version,
    created_at: when,
    updated_at: when,
    removed_at: when.nullable(),
  })
  .meta({ id: 'Memory' });
export const memoryRevisionSchema = z
  .object({
    version,
    body: z.string(),
    sources: z.array(sourceSchema),
    models: modelsSchema,
    removed: z.boolean(),
    changed_by: z.uuid().nullable(),
    proposal_id: z.uuid().nullable().describe('The proposal that was accepted'),
    at: when,
  })
  .meta({ id: 'MemoryRevision' });
export const memoriesSchema = z
  .object({ memories: z.array(memorySchema), next_before: nextId })
  .meta({ id: 'MemoryPage' });
export const memoryRevisionsSchema = z
  .object({ revisions: z.array(memoryRevisionSchema), next_before: nextNumber })
  .meta({ id: 'MemoryRevisionPage' });
