import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import proto from '@temporalio/proto';
import { KEY_BYTES, type NamedKey, type NamedKeys } from '../config/named-keys.js';
import { scheduleOf } from './schedule-id.js';

/** Temporal's own name for payloads that only a codec can read. */
const SEALED = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** More keys than a worker caches workflows. */
const MOST_DERIVED = 1000;

const payloadMessage = proto.temporal.api.common.v1.Payload;

/** A payload that cannot be opened: its key is not there, it was changed, or it belongs to another workflow. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/**
 * Seals every payload before it leaves the process, and opens what comes back. A seal names its key and the workflow
 * that the payload belongs to, and authenticates both; each workflow has a key of its own, derived from the named one,
 * so that random nonces stay safe however many runs there are. Payloads that are not sealed pass as they are.
 */
export class SealingCodec implements PayloadCodec {
  /** The keys by named key and workflow, the latest last: deriving a key takes as long as using it. */
  private readonly derived = new Map<string, Buffer>();

  constructor(private readonly keys: NamedKeys) {}

  /** False if new payloads stay in the clear. */
  get seals(): boolean {
    return this.keys.newest !== null;
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    const { newest } = this.keys;
    return newest
      ? payloads.map((payload) => this.seal(payload, newest, ownerOf(context?.workflowId ?? '')))
      : payloads;
  }

  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => this.open(payload, context?.workflowId));
  }

  /** A known workflow refuses a payload that was sealed for another one. */
  open(payload: Payload, workflow_id?: string): Payload {
    const seal = sealOf(payload);
    if (!seal) return payload;
    if (workflow_id !== undefined && seal.workflow_id !== ownerOf(workflow_id))
      throw new SealBroken(`a payload of ${workflow_id} was sealed for ${seal.workflow_id}`);
    const key = this.keys.all.get(seal.key_id);
    if (!key) throw new SealBroken(`TEMPORAL_PAYLOAD_KEYS does not hold the key ${seal.key_id}`);
    try {
      return payloadMessage.decode(unseal(payload.data ?? new Uint8Array(), this.keyFor(seal, key), seal));
    } catch {
      throw new SealBroken(`a payload of ${seal.workflow_id} is not what was sealed with ${seal.key_id}`);
    }
  }

  private seal(payload: Payload, key: NamedKey, workflow_id: string): Payload {
    const seal: Seal = { key_id: key.id, workflow_id };
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.keyFor(seal, key), nonce).setAAD(authenticated(seal));
    const content = cipher.update(payloadMessage.encode(payload).finish());
    return {
      metadata: {
        encoding: Buffer.from(SEALED),
        'encryption-key-id': Buffer.from(key.id),
        'workflow-id': Buffer.from(workflow_id),
      },
      data: Buffer.concat([nonce, content, cipher.final(), cipher.getAuthTag()]),
    };
  }

  private keyFor({ workflow_id }: Seal, { id, secret }: NamedKey): Buffer {
    const name = `${id}/${workflow_id}`;
    const known = this.derived.get(name);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', secret, '', `nightshift payload ${workflow_id}`, KEY_BYTES));
    const [oldest] = this.derived.keys();
    if (oldest !== undefined && this.derived.size >= MOST_DERIVED) this.derived.delete(oldest);
    this.derived.set(name, key);
    return key;
  }
}

/** The part of a seal that is in the clear. */
interface Seal {
  key_id: string;
  /** Empty if the payload belongs to no workflow. */
  workflow_id: string;
}

/** Returns null if the payload is not sealed. */
export function sealOf({ metadata }: Payload): Seal | null {
  const text_of = (name: string) => Buffer.from(metadata?.[name] ?? []).toString('utf8');
  if (text_of('encoding') !== SEALED) return null;
  return { key_id: text_of('encryption-key-id'), workflow_id: text_of('workflow-id') };
}

/**
 * Payloads of a Schedule's workflows belong to the Schedule: Temporal passes its arguments, and the last answer, to the
 * next.
 */
function ownerOf(workflow_id: string): string {
  return scheduleOf(workflow_id) ?? workflow_id;
}

function unseal(data: Uint8Array, key: Buffer, seal: Seal): Uint8Array {
  const [end, nonce] = [data.length - TAG_BYTES, data.subarray(0, NONCE_BYTES)];
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(authenticated(seal))
    .setAuthTag(data.subarray(end));
  return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, end)), decipher.final()]);
}

function authenticated({ key_id, workflow_id }: Seal): Buffer {
  return Buffer.from(JSON.stringify([SEALED, key_id, workflow_id]));
}
