import { z } from 'zod';
import { followUpSchema } from '../../engine/runs/run.dto.js';
import { idOfLast, nextId, nextNumber, pageLimit } from '../../platform/http/page.js';
import { plainBody, plainTrimmed } from '../../platform/http/text.js';
import { version, versionText } from '../../platform/http/version.js';

export const MOST_TITLE = 300;
export const MOST_BODY_BYTES = 1_048_576;

const title = plainTrimmed(MOST_TITLE);
const body = plainBody(MOST_BODY_BYTES).describe('Markdown, kept as it is; at most 1 MB in UTF-8');

export const docsQuerySchema = z.strictObject({
  archived: z.stringbool().default(false).describe('True: only archived ones; false: only the others'),
  before: idOfLast('doc'),
  limit: pageLimit(),
});
export type DocsQuery = z.output<typeof docsQuerySchema>;

export const docCreateSchema = z.strictObject({ title, body: body.default('') }).meta({ id: 'DocCreate' });
export type DocCreate = z.output<typeof docCreateSchema>;

export const docChangeSchema = z
  .strictObject({
    title: title.optional(),
    body: body.optional(),
    revision: version.describe('The revision you saw'),
  })
  .meta({ id: 'DocChange' });
export type DocChange = z.output<typeof docChangeSchema>;

export const revisionsQuerySchema = z.strictObject({
  before: versionText.optional().describe('The number of the last one of the page before'),
  limit: pageLimit(),
});
export type RevisionsQuery = z.output<typeof revisionsQuerySchema>;

const when = z.iso.datetime();

export const docSchema = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    project_id: z.uuid(),
    title: z.string(),
    body: z.string(),
    revision: z.int(),
    created_by: z.uuid().nullable(),
    created_at: when,
    updated_by: z.uuid().nullable().describe('Null if a run did it'),
    updated_at: when,
    archived_at: when.nullable(),
    reviewed_revision: z
      .int()
      .nullable()
      .describe(
        'The last revision that was reviewed for memories; null if none was, or none since it was archived',
      ),
  })
  .meta({ id: 'Doc' });
export const docSavedSchema = docSchema.extend(followUpSchema.shape).meta({ id: 'DocSaved' });
export const docsSchema = z
  .object({
    docs: z.array(docSchema.omit({ body: true }).meta({ id: 'DocSummary' })),
    next_before: nextId,
  })
  .meta({ id: 'DocPage' });

export const docRevisionSchema = z
  .object({
    doc_id: z.uuid(),
    revision: z.int(),
    title: z.string(),
    body: z.string(),
    changed_by: z.uuid().nullable(),
    run_id: z.uuid().nullable(),
    at: when,
  })
  .meta({ id: 'DocRevision' });
export const revisionsSchema = z
  .object({
    revisions: z.array(docRevisionSchema.omit({ body: true }).meta({ id: 'DocRevisionSummary' })),
    next_before: nextNumber,
  })
  .meta({ id: 'DocRevisionPage' });

const linkSchema = z
  .object({
    type: z.enum(['doc', 'ticket', 'user']),
    id: z.uuid(),
    key: z.string().nullable().describe('Of a ticket'),
    title: z.string().describe('The name of a person'),
  })
  .meta({ id: 'DocLink' });
export const linksSchema = z
  .object({
    to: z.array(linkSchema).describe('The things that the doc names; the first 1000'),
    from: z.array(linkSchema).describe('The docs that name it; the first 1000'),
  })
  .meta({ id: 'DocLinks' });
