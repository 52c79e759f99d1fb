import { z } from 'zod';
import { CHANNELS, MESSAGE_ROLES } from '../../../workflows/contract/thread.js';
import { followUpSchema } from '../../engine/runs/run.dto.js';
import { idOfLast, nextId, pageLimit } from '../../platform/http/page.js';
import { isStorableJson, plain, plainTrimmed } from '../../platform/http/text.js';

const MOST_METADATA = 16_384;

const channel = z.enum(CHANNELS).meta({ id: 'Channel' });
const role = z.enum(MESSAGE_ROLES).meta({ id: 'MessageRole' });

export const threadsQuerySchema = z.strictObject({
  channel: channel.optional(),
  before: idOfLast('thread'),
  limit: pageLimit(),
});
export type ThreadsQuery = z.output<typeof threadsQuerySchema>;

export const threadCreateSchema = z
  .strictObject({ channel, title: plainTrimmed(300) })
  .meta({ id: 'ThreadCreate' });
export type ThreadCreate = z.output<typeof threadCreateSchema>;

export const messagesQuerySchema = z.strictObject({
  order: z.enum(['oldest', 'newest']).default('oldest').describe('The order of the list'),
  after: z.uuid().optional().describe('The id of the last message of the page before, in the same order'),
  limit: pageLimit(),
});
export type MessagesQuery = z.output<typeof messagesQuerySchema>;

const metadata = z
  .looseObject({ internal: z.boolean().optional().describe('The customer never sees it') })
  .refine(isStorableJson, 'must not hold a NUL character or half of a surrogate pair, nor nest too deep')
  .refine(
    (value) => JSON.stringify(value).length <= MOST_METADATA,
    `must not be longer than ${MOST_METADATA} characters as JSON`,
  );

export const turnSchema = z
  .strictObject({
    messages: z
      .array(z.strictObject({ role, body: plain(65_536), metadata: metadata.default({}) }))
      .min(1)
      .max(20),
  })
  .meta({ id: 'Turn' });
export type Turn = z.output<typeof turnSchema>;

const when = z.iso.datetime();

export const threadSchema = z
  .object({
    id: z.uuid(),
    organisation_id: z.uuid(),
    project_id: z.uuid(),
    channel,
    title: z.string(),
    created_by: z.uuid().nullable(),
    created_at: when,
    updated_at: when.describe('The time of the last turn'),
  })
  .meta({ id: 'Thread' });
export const threadsSchema = z
  .object({ threads: z.array(threadSchema), next_before: nextId })
  .meta({ id: 'ThreadPage' });

export const messageSchema = z
  .object({
    id: z.uuid(),
    thread_id: z.uuid(),
    raw_event_id: z.uuid().describe('The turn of the message'),
    role,
    body: z.string(),
    metadata: z.looseObject({ internal: z.boolean().optional() }),
    author_id: z.uuid().nullable().describe('Null for a message that no person wrote'),
    at: when,
  })
  .meta({ id: 'Message' });
export const messagesSchema = z
  .object({
    messages: z.array(messageSchema),
    next_after: nextId,
  })
  .meta({ id: 'MessagePage' });
export const turnSavedSchema = followUpSchema
  .extend({
    raw_event_id: z.uuid(),
    messages: z.array(messageSchema),
  })
  .meta({ id: 'TurnSaved' });
