import { z } from 'zod';
import { MOST_MODEL_SECONDS } from '../../../workflows/contract/model.js';
import { readKeys } from './named-keys.js';

/** All settings of the product: one line each, with its purpose. `docs/reference/settings.md` is generated from it. */

const port = z.coerce.number().int().min(1).max(65535);
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const url = z.string().refine((value) => URL.canParse(value), 'must be a URL');
/** A password in it would be shown with it, and `fetch` refuses it anyway. */
const webAddress = z
  .string()
  .refine(isWebAddress, 'must be an http:// or https:// URL without user and password');

function isWebAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

export const environmentSchema = z.object({
  NIGHTSHIFT_HOME: z.string().min(1).default('.nightshift').describe("Folder of the embedded stack's data"),
  NIGHTSHIFT_HOST: z.string().min(1).default('127.0.0.1').describe('Address the API listens on'),
  NIGHTSHIFT_PORT: port.default(4400).describe('Port of the API'),
  NIGHTSHIFT_POSTGRES_PORT: port.default(4401).describe('Port of the embedded PostgreSQL'),
  NIGHTSHIFT_TEMPORAL_PORT: port.default(4402).describe('Port of the embedded Temporal server'),
  NIGHTSHIFT_TEMPORAL_UI_PORT: port.default(4403).describe('Port of the embedded Temporal Web UI'),
  NIGHTSHIFT_MODEL_PORT: port.default(4404).describe('Port of the offline model'),

  DATABASE_URL: url.optional().describe('External PostgreSQL; without it the embedded one is started'),
  DATABASE_POOL_SIZE: wholeNumber(3, 200).default(10).describe('PostgreSQL connections of each process'),
  DATABASE_STATEMENT_TIMEOUT_SECONDS: wholeNumber(1, 3600)
    .default(30)
    .describe('A statement of the API or a worker that takes longer is cut off, and may be tried again'),

  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d+$/, 'must be host:port')
    .optional()
    .describe('External Temporal, as host:port; without it the embedded one is started'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Temporal namespace'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('nightshift').describe('Temporal task queue of the runs'),
  TEMPORAL_API_KEY: z.string().min(1).optional().describe('API key for Temporal Cloud (turns TLS on)'),
  TEMPORAL_TLS: flag.optional().describe('Connect to Temporal over TLS'),
  TEMPORAL_TLS_CA: z.string().min(1).optional().describe('File with the CA certificate of Temporal'),
  TEMPORAL_TLS_CERT: z.string().min(1).optional().describe('File with the client certificate (mTLS)'),
  TEMPORAL_TLS_KEY: z.string().min(1).optional().describe('File with the client key (mTLS)'),
  TEMPORAL_TLS_SERVER_NAME: z.string().min(1).optional().describe("Name expected in Temporal's certificate"),
  TEMPORAL_PAYLOAD_KEYS: z
    .string()
    .refine(
      (value) => readKeys(value) !== null,
      'must be keys as id:secret, separated by commas; a secret is 32 bytes in base64',
    )
    .optional()
    .describe(
      "Keys that seal Temporal's payloads (AES-256-GCM), as `id:secret,id:secret`; a secret is 32 bytes in base64. The first key seals, and all of them open; `none` in the first place seals nothing. `npm start` makes a key for its own Temporal; an external Temporal needs the setting",
    ),
  TEMPORAL_WORKER_VERSIONING: flag
    .default(true)
    .describe(
      'Workers are versioned by their build (worker deployments); `false` for a Temporal server without them',
    ),
  TEMPORAL_UI_URL: url
    .optional()
    .describe('Address of the Temporal Web UI, for links; its pages may open payloads through the API'),

  OPENAI_API_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('Key for OpenAI; without key and base URL the offline model is used'),
  OPENAI_BASE_URL: webAddress
    .optional()
    .describe("Any server that speaks OpenAI's API (Ollama, vLLM, llama.cpp, Azure)"),
  OPENAI_API_STYLE: z
    .enum(['responses', 'chat'])
    .default('responses')
    .describe('The text API of OpenAI that the server speaks'),
  OPENAI_REASONING_MODEL: z.string().min(1).default('gpt-5.2').describe('Default model for agent work'),
  OPENAI_FAST_MODEL: z
    .string()
    .min(1)
    .default('gpt-5-mini')
    .describe('Default model for structured helper calls'),
  OPENAI_EMBEDDING_MODEL: z
    .string()
    .min(1)
    .default('text-embedding-3-small')
    .describe('Default model for retrieval and indexing'),
  OPENAI_TIMEOUT_SECONDS: wholeNumber(1, MOST_MODEL_SECONDS)
    .default(120)
    .describe('Timeout of one model call'),

  OPERATING_BACKGROUND_ENABLED: flag.default(true).describe('Turns all scheduled background work on or off'),
  OPERATING_BACKGROUND_INTERVAL_SECONDS: wholeNumber(10, 2_678_400)
    .default(900)
    .describe('Default period of interval schedules'),
  TICKET_CONFLICT_SCAN_HOUR_UTC: wholeNumber(0, 23)
    .default(2)
    .describe('Hour in UTC at which the nightly conflict scan starts'),
  SCHEDULE_SPREAD_SECONDS: wholeNumber(0, 3600)
    .default(300)
    .describe(
      'Starts of a tick are spread over at most this time, and at most a tenth of the time to the next tick',
    ),
  SCHEDULE_CATCH_UP_SECONDS: wholeNumber(10, 604_800)
    .default(3600)
    .describe('A tick that is later than this is missed; a less late one still fires'),

  DOC_REVIEW_DELAY_SECONDS: wholeNumber(0, 3600)
    .default(10)
    .describe('Delay between a change of a doc and its review; further changes until then join it'),

  AI_QUEUE_STATUS_RETENTION_SECONDS: wholeNumber(60, 31_536_000)
    .default(86_400)
    .describe('Ended runs stay in the status feed for this long'),
  AUDIT_SIGNING_KEYS: z
    .string()
    .refine(
      (value) => readKeys(value)?.newest,
      'must be keys as id:secret, separated by commas; a secret is 32 bytes in base64',
    )
    .optional()
    .describe(
      'Keys that sign the audit chain (Ed25519), as `id:secret,id:secret`; a secret is 32 bytes in base64. The first key signs, and signatures of all of them count. `npm start` makes a key for its own PostgreSQL; an external PostgreSQL needs the setting',
    ),
  RUN_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(90)
    .describe('Ended runs older than this are deleted; 0 keeps them all'),
  AUDIT_LOG_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(730)
    .describe('Entries of the audit log (who changed what) older than this are deleted; 0 keeps them all'),
  REVISION_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(0)
    .describe('Earlier revisions of docs and memories older than this are deleted; 0 keeps them all'),
  PROPOSAL_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(180)
    .describe('Superseded and expired proposals older than this are deleted; 0 keeps them all'),
  RAW_EVENT_RETENTION_DAYS: wholeNumber(0, 36_500)
    .default(90)
    .describe('Raw events without a message that are older than this are deleted; 0 keeps them all'),

  API_RATE_LIMIT_PER_MINUTE: wholeNumber(1, 1_000_000)
    .default(6000)
    .describe('Requests per minute and API key, on each replica'),
  API_FAILED_KEYS_PER_MINUTE: wholeNumber(1, 100_000)
    .default(60)
    .describe('Wrong keys that an address may send in a minute, on each replica'),
  API_TRUSTED_PROXIES: z
    .string()
    .regex(
      /^[0-9a-fA-F.:/]+(\s*,\s*[0-9a-fA-F.:/]+)*$/,
      'must be addresses or networks (10.0.0.0/8), separated by commas',
    )
    .optional()
    .describe(
      'Proxies in front of the API whose X-Forwarded-For gives the address of a caller; without it the header is ignored',
    ),
  API_STREAMS_PER_KEY: wholeNumber(1, 10_000)
    .default(20)
    .describe('Streams that one API key may have open, on each replica'),
  API_BODY_LIMIT_BYTES: wholeNumber(1024, 104_857_600)
    .default(262_144)
    .describe('Largest request body; docs, tickets and turns may have 2.25 MB even if this is less'),
  WORKER_MAX_CONCURRENT_ACTIVITIES: wholeNumber(1, 1000)
    .default(50)
    .describe('Activities one worker runs at once'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Lowest level that is logged'),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Raised with the names of the bad settings and what they take; never with their values. */
export class BadSettings extends Error {
  override readonly name = 'BadSettings';
}

/** Reads and checks the environment; an empty value counts as not set. */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = environmentSchema.safeParse(given, { reportInput: false });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new BadSettings(`These settings cannot be used:\n${lines.join('\n')}`);
}

export function missingPayloadKeys(): BadSettings {
  return new BadSettings(
    'TEMPORAL_PAYLOAD_KEYS: is needed with an external Temporal, so that it keeps no text in the clear; docs/runbooks/payload-keys.md says how to make one',
  );
}

export function missingSigningKeys(): BadSettings {
  return new BadSettings(
    'AUDIT_SIGNING_KEYS: is needed with an external PostgreSQL, so that nobody who writes to it can forge the audit; docs/runbooks/audit-keys.md says how to make one',
  );
}

/** Returns whether the person set the setting, as opposed to its default being used. */
export function isSet(name: keyof Environment, source: NodeJS.ProcessEnv = process.env): boolean {
  return source[name] !== undefined && source[name] !== '';
}
