import { type Environment, missingPayloadKeys } from '../config/environment.js';
import type { Logger } from '../config/logger.js';
import { readKeys } from '../config/named-keys.js';
import { SealingCodec } from './payload-codec.js';

/** Hides the words of failures inside a payload, which the codec seals; the workflow bundle has it, too. */
export const FAILURE_CONVERTER = new URL('../../../workflows/failure-converter.js', import.meta.url).pathname;

/** A process without keys could read no run that another one sealed, so it does not start. */
export function payloadCodec({ TEMPORAL_PAYLOAD_KEYS }: Environment): SealingCodec {
  const keys = TEMPORAL_PAYLOAD_KEYS === undefined ? null : readKeys(TEMPORAL_PAYLOAD_KEYS);
  if (keys === null) throw missingPayloadKeys();
  return new SealingCodec(keys);
}

export function warnUnlessSealed(codec: SealingCodec, logger: Logger): void {
  if (!codec.seals)
    logger.warn('TEMPORAL_PAYLOAD_KEYS begins with none: Temporal keeps payloads in the clear');
}
