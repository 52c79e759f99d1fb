import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto';
import { canonical } from '../../platform/canonical.js';
import { type Environment, missingSigningKeys } from '../../platform/config/environment.js';
import { KEY_BYTES, type NamedKey, type NamedKeys, readKeys } from '../../platform/config/named-keys.js';

export interface Signature {
  key_id: string;
  signature: string;
}

interface Pair {
  id: string;
  private: KeyObject;
  public: KeyObject;
  /** Tokens are checked only by processes that can sign, and have to be quick. */
  tokens: Buffer;
}

/** An Ed25519 secret of 32 bytes, as PKCS #8 wraps it. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Signs what the audit rests on, with keys that the database does not hold. */
export class Signer {
  private readonly newest: Pair;
  private readonly all: ReadonlyMap<string, Pair>;

  constructor(keys: NamedKeys) {
    this.all = new Map([...keys.all].map(([id, key]) => [id, pairOf(key)]));
    const newest = this.all.get(keys.newest?.id ?? '');
    if (!newest) throw missingSigningKeys();
    this.newest = newest;
  }

  get newestId(): string {
    return this.newest.id;
  }

  sign(text: string): Signature {
    const { id, private: key } = this.newest;
    return { key_id: id, signature: sign(null, Buffer.from(text), key).toString('base64url') };
  }

  isSigned(text: string, signature: Signature): boolean {
    return isSignedBy(this.all.get(signature.key_id)?.public, text, signature);
  }

  /** Shows that a process of ours made these facts, where no signature of the chain covers them yet. */
  token(facts: unknown): string {
    return `${this.newest.id}:${tokenOf(facts, this.newest)}`;
  }

  made(token: string | null, facts: unknown): boolean {
    const [id = '', given = ''] = token?.split(':') ?? [];
    const key = this.all.get(id);
    if (!key) return false;
    const [own, other] = [Buffer.from(tokenOf(facts, key)), Buffer.from(given)];
    return own.length === other.length && timingSafeEqual(own, other);
  }

  /** Anybody can check signatures with the public keys, and nobody can sign with them. */
  publicKeys(): Record<string, string> {
    return Object.fromEntries(
      [...this.all].map(([id, { public: key }]) => [
        id,
        key.export({ format: 'der', type: 'spki' }).toString('base64'),
      ]),
    );
  }
}

/** Returns false for an unknown key, too. */
export function isSignedBy(key: KeyObject | undefined, text: string, { signature }: Signature): boolean {
  return key !== undefined && verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
}

/** A key as `publicKeys` writes it; null where it is none. */
export function readPublicKey(text: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** A process without keys could neither sign nor check, so it does not start. */
export function createSigner({ AUDIT_SIGNING_KEYS }: Environment): Signer {
  const keys = AUDIT_SIGNING_KEYS === undefined ? null : readKeys(AUDIT_SIGNING_KEYS);
  if (!keys) throw missingSigningKeys();
  return new Signer(keys);
}

function pairOf({ id, secret }: NamedKey): Pair {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  const tokens = Buffer.from(hkdfSync('sha256', secret, '', 'nightshift event tokens', KEY_BYTES));
  return { id, private: key, public: createPublicKey(key), tokens };
}

const tokenOf = (facts: unknown, { tokens }: Pair) =>
  createHmac('sha256', tokens).update(canonical(facts)).digest('base64url').slice(0, 22);
