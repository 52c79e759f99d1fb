import { z } from 'zod';
import { idOfLast, nextId, nextNumber, pageLimit } from '../../platform/http/page.js';
import { plain } from '../../platform/http/text.js';
import { version, versionText } from '../../platform/http/version.js';
import { modelsSchema } from '../models.schema.js';
import { sourceSchema } from '../proposals/source.schema.js';

export const memoryBody = plain(10_000);

export const memoriesQuerySchema = z.strictObject({
  mine: z.stringbool().optional().describe("Only your own or only the project's memories; without it, both"),
  q: plain(200).optional().describe('Only those that contain these words'),
  before: idOfLast('memory'),
  limit: pageLimit(),
});
export type MemoriesQuery = z.output<typeof memoriesQuerySchema>;

export const memoryCreateSchema = z
  .strictObject({
    body: memoryBody,
    mine: z.boolean().default(false).describe('Only you can see and change it'),
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
    version: version.describe('The revision to restore'),
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
    user_id: z.uuid().nullable().describe('The owner; null if the memory belongs to the project'),
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
