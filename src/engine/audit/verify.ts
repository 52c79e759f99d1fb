import type { DataSource } from 'typeorm';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { type AuditChain, type ChainEntry, type Head } from '../attestation/chain.js';
import { ChainCheck, type ChainFindings } from '../attestation/chain-check.js';
import type { AuditService } from './audit.service.js';
import type { MismatchFault, ReadingFault } from './fault.js';
import { countEnded, endedRuns, missingAmong, type Period } from './verify.store.js';

export type AuditedRun = Awaited<ReturnType<AuditService['auditRun']>>;

/** Receives everything that the check looks at. */
interface Witness {
  entry?(entry: ChainEntry): Promise<void> | void;
  run?(run: AgentRun, audited: AuditedRun): Promise<void> | void;
  progress(what: string, done: number, total: number): void;
}

export interface RunFindings {
  verified: number;
  mismatch: number;
  pending: number;
  /** Verified by histories that were signed later than the run ended: it is from before the chain. */
  adopted: number;
  /** One fault for each run that does not verify. */
  faults: MismatchFault[];
}

const PAGE = 500;
const AT_ONCE = 4;

export type ReadingFindings = Omit<ChainFindings, 'faults'> & { faults: ReadingFault[] };

/** Reads the chain, and looks for each run that it names. */
export class ChainReading {
  private readonly check: ChainCheck;
  /** Each gone run with the last entry that names it. */
  private readonly gone = new Map<string, number>();
  /** The last entry that was read. */
  number = 0;

  constructor(
    private readonly db: DataSource,
    private readonly chain: AuditChain,
    expected: Head | null,
    private readonly witness: Witness,
  ) {
    this.check = new ChainCheck((entry) => chain.isSigned(entry), expected);
  }

  /**
   * Reads until nothing more is there. Retention deletes a run and says so in one transaction: a run that is found gone
   * is explained by an entry read later.
   */
  async readOn(): Promise<void> {
    const head = await this.chain.head();
    for (;;) {
      const page = await this.chain.page(this.number, PAGE);
      const last = page.at(-1);
      if (!last) return this.check.caughtUp();
      for (const entry of page) {
        this.check.take(entry);
        await this.witness.entry?.(entry);
      }
      const missing = new Set(await missingAmong(this.db, idsOf(page)));
      for (const { run_id, number } of page) if (run_id && missing.has(run_id)) this.gone.set(run_id, number);
      this.number = last.number;
      this.witness.progress('entries', last.number, Math.max(last.number, head.number));
    }
  }

  end(): ReadingFindings {
    const findings = this.check.end();
    const unexplained = [...this.gone].filter(
      ([run, number]) => !findings.removed.has(run) && number > findings.dropped_up_to,
    );
    return {
      ...findings,
      faults: [...findings.faults, ...unexplained.map(([run_id]) => ({ code: 'run_gone' as const, run_id }))],
    };
  }
}

const idsOf = (page: readonly ChainEntry[]) => page.flatMap(({ run_id }) => run_id ?? []);

/** Audits every run that ended in the period, as its own audit does. */
export async function verifyRuns(
  db: DataSource,
  audits: AuditService,
  period: Period,
  askTemporal: boolean,
  witness: Witness,
): Promise<RunFindings> {
  const findings: RunFindings = { verified: 0, mismatch: 0, pending: 0, adopted: 0, faults: [] };
  const total = await countEnded(db, period);
  let done = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    const runs = await endedRuns(db, period, after, PAGE);
    const last = runs.at(-1);
    if (!last) return findings;
    after = last.id;
    const check = async () => {
      for (let run = runs.shift(); run; run = runs.shift()) {
        const audited = await audits.auditRun(run, askTemporal);
        findings[audited.verdict] += 1;
        if (audited.verdict === 'mismatch') findings.faults.push(mismatchOf(audited));
        if (audited.archive.adopted) findings.adopted += 1;
        await witness.run?.(run, audited);
        done += 1;
        witness.progress('runs', done, total);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, check));
  }
}

export function mismatchOf({ run_id, run, reason, events }: AuditedRun): MismatchFault {
  return {
    code: 'run_mismatch',
    run_id,
    events: events.filter((event) => event.verdict === 'mismatch').map(({ seq }) => seq),
    shown: run.verdict === 'mismatch',
    reason,
  };
}
