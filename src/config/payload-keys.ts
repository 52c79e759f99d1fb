/** The keys that payloads are sealed with before Temporal keeps them, as `TEMPORAL_PAYLOAD_KEYS` lists them. */

export interface PayloadKey {
  id: string;
  secret: Buffer;
}

export interface PayloadKeys {
  /** Seals new payloads; null leaves them in the clear. */
  newest: PayloadKey | null;
  /** Every key that may open one. */
  all: ReadonlyMap<string, PayloadKey>;
}

export const KEY_BYTES = 32;
/** In place of a key: new payloads stay in the clear. */
const IN_THE_CLEAR = 'none';

/** Null where the text is no list of keys. */
export function readPayloadKeys(text: string): PayloadKeys | null {
  const entries = text.split(',').map((entry) => entry.trim());
  const keys = entries.filter((entry) => entry !== IN_THE_CLEAR).map(readKey);
  const all = new Map(keys.flatMap((key) => (key ? [[key.id, key] as const] : [])));
  if (all.size !== keys.length || entries.lastIndexOf(IN_THE_CLEAR) > 0) return null;
  return { newest: entries[0] === IN_THE_CLEAR ? null : (keys[0] ?? null), all };
}

export function writePayloadKey({ id, secret }: PayloadKey): string {
  return `${id}:${secret.toString('base64url')}`;
}

function readKey(entry: string): PayloadKey | null {
  const [, id, encoded] = /^([\w-]{1,32}):([\w+/-]{43}=?)$/.exec(entry) ?? [];
  if (id === undefined || encoded === undefined) return null;
  const secret = Buffer.from(encoded, 'base64');
  return secret.length === KEY_BYTES ? { id, secret } : null;
}
