/** Secrets with names, the newest first, as `TEMPORAL_PAYLOAD_KEYS` and `AUDIT_SIGNING_KEYS` list them. */

export interface NamedKey {
  id: string;
  secret: Buffer;
}

export interface NamedKeys {
  /** Used for what is new; null, for payloads, leaves them in the clear. */
  newest: NamedKey | null;
  /** Used for what is there. */
  all: ReadonlyMap<string, NamedKey>;
}

export const KEY_BYTES = 32;
/** This word in place of a key leaves new payloads in the clear. */
const IN_THE_CLEAR = 'none';

/** Returns null if the text is no list of keys. */
export function readKeys(text: string): NamedKeys | null {
  const entries = text.split(',').map((entry) => entry.trim());
  const keys = entries.filter((entry) => entry !== IN_THE_CLEAR).map(readKey);
  const all = new Map(keys.flatMap((key) => (key ? [[key.id, key] as const] : [])));
  if (all.size !== keys.length || entries.lastIndexOf(IN_THE_CLEAR) > 0) return null;
  return { newest: entries[0] === IN_THE_CLEAR ? null : (keys[0] ?? null), all };
}

export function writeKey({ id, secret }: NamedKey): string {
  return `${id}:${secret.toString('base64url')}`;
}

function readKey(entry: string): NamedKey | null {
  const [, id, encoded] = /^([\w-]{1,32}):([\w+/-]{43}=?)$/.exec(entry) ?? [];
  if (id === undefined || encoded === undefined) return null;
  const secret = Buffer.from(encoded, 'base64');
  return secret.length === KEY_BYTES ? { id, secret } : null;
}
