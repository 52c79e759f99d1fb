import { z } from 'zod';
import { VERSION_ORIGINS, VERSION_STATUSES } from '../../../workflows/contract/version.js';
import { version, versionText } from '../../platform/http/version.js';
import { definitionChangeSchema, definitionShownSchema } from './definition.schema.js';

const seen = version.describe(
  'The `version` that GET /api/agents/:key/versions/:number answers with: it counts changes, and is not the number in the path',
);

export const draftCreateSchema = z
  .strictObject({
    from: version.optional().describe('The number to start from; else the published one'),
    definition: definitionChangeSchema.describe('The differences'),
  })
  .meta({ id: 'DraftCreate' });
export type DraftCreate = z.output<typeof draftCreateSchema>;

export const draftChangeSchema = z
  .strictObject({ version: seen, definition: definitionChangeSchema })
  .meta({ id: 'DraftChange' });
export type DraftChange = z.output<typeof draftChangeSchema>;

export const versionSeenSchema = z.strictObject({ version: seen }).meta({ id: 'VersionSeen' });
export type VersionSeen = z.output<typeof versionSeenSchema>;

export const diffQuerySchema = z.strictObject({
  against: versionText.describe('The number of the version to compare with'),
});
export type DiffQuery = z.output<typeof diffQuerySchema>;

const when = z.iso.datetime().nullable();
export const versionFactsSchema = z
  .object({
    agent: z.string(),
    number: z.int(),
    status: z.enum(VERSION_STATUSES).meta({ id: 'AgentVersionStatus' }),
    origin: z.enum(VERSION_ORIGINS).meta({ id: 'AgentVersionOrigin' }),
    version: z.int().describe('Counts the changes; a change names the version it is based on'),
    created_by: z.uuid().nullable(),
    created_at: z.iso.datetime(),
    published_by: z.uuid().nullable(),
    published_at: when,
    archived_at: when,
  })
  .meta({ id: 'AgentVersionSummary' });
export const versionSchema = versionFactsSchema
  .extend({ definition: definitionShownSchema })
  .meta({ id: 'AgentVersion' });

export const diffSchema = z
  .object({
    number: z.int(),
    against: z.int(),
    changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  })
  .meta({ id: 'AgentVersionDiff' });

export const versionsSchema = z
  .object({ versions: z.array(versionFactsSchema) })
  .meta({ id: 'AgentVersionList' });
