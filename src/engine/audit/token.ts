import type { EventFacts } from './receipt.js';
import type { Signer } from './signer.js';

/** Writes a run's first event; its data are made in the statement that chooses the version. */
export const ADMISSION = 'admission';

export type Tokened = Pick<EventFacts, 'type' | 'data'> & { written_by: string; token: string | null };

/** Shows that a process of ours wrote this event of this run. */
export function tokenOf(signer: Signer, run_id: string, event: Omit<Tokened, 'token'>): string {
  return signer.token(factsOf(run_id, event));
}

export function isOurs(signer: Signer, run_id: string, event: Tokened): boolean {
  return signer.made(event.token, factsOf(run_id, event));
}

const factsOf = (run_id: string, { written_by, type, data }: Omit<Tokened, 'token'>) => [
  run_id,
  written_by,
  type,
  written_by === ADMISSION ? null : data,
];
