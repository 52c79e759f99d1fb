import type { EventFacts } from './receipt.js';
import type { Signer } from './signer.js';

/** Writes a run's first event; the statement that does so chooses the version, which its token leaves out. */
export const ADMISSION = 'admission';

export type Tokened = Pick<EventFacts, 'type' | 'data'> & { written_by: string; token: string | null };

/** Shows that a process of ours wrote this event of this run. */
export function tokenOf(signer: Signer, run_id: string, event: Omit<Tokened, 'token'>): string {
  return signer.token(factsOf(run_id, event));
}

export function isOurs(signer: Signer, run_id: string, event: Tokened): boolean {
  return (
    signer.made(event.token, factsOf(run_id, event)) ||
    // A token of an earlier build leaves out all of the data of the first event.
    (event.written_by === ADMISSION && signer.made(event.token, [run_id, ADMISSION, event.type, null]))
  );
}

const factsOf = (run_id: string, { written_by, type, data }: Omit<Tokened, 'token'>) => [
  run_id,
  written_by,
  type,
  written_by === ADMISSION ? withoutVersion(data) : data,
];

const withoutVersion = ({ agent_version, ...data }: Record<string, unknown>) => data;
