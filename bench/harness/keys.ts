import { payloadKeys, signingKeys } from '../../stack/secrets.js';
import type { BenchStack } from './stack.js';

/** The keys of the stack, for whatever a part starts beside it. */
export const keysOf = ({ home }: BenchStack) => ({
  TEMPORAL_PAYLOAD_KEYS: payloadKeys(home, undefined),
  AUDIT_SIGNING_KEYS: signingKeys(home, undefined),
});
