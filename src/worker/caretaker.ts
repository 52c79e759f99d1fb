import type { DataSource, EntityManager } from 'typeorm';
import { AuditChain } from '../engine/attestation/chain.js';
import type { Signer } from '../engine/attestation/signer.js';
import { Archiver } from '../engine/audit/archiver.js';
import type { BuildRouting } from '../engine/runs/build-routing.js';
import { Reconciler } from '../engine/runs/reconciler.js';
import { deleteOldRuns } from '../engine/runs/retention.js';
import { forgetWorkers } from '../engine/runs/worker.store.js';
import { forgetTicks } from '../engine/schedules/forget-ticks.store.js';
import { ScheduleReconciler } from '../engine/schedules/schedule-reconciler.js';
import { StuckTicks } from '../engine/schedules/stuck-ticks.js';
import { SuccessWatch } from '../engine/schedules/success-watch.js';
import { OLD_CHANGES } from '../platform/audit-log/change-log.store.js';
import type { Logger } from '../platform/config/logger.js';
import { deleteInBatches } from '../platform/db/delete-in-batches.js';
import { withoutLimits } from '../platform/db/limits.js';
import { forgetLeases, type Lease, withLease } from '../platform/locks/lease.store.js';
import type { OperationalSettings } from '../platform/settings/operational.js';
import type { RuntimeSettings } from '../platform/settings/runtime-settings.js';
import type { Engine } from '../platform/temporal/engine.js';
import { pruneWorkspace } from '../workspace/retention.store.js';
import { mergeWordCounts } from '../workspace/retrieval/merge-word-counts.store.js';
import { VectorIndexes } from '../workspace/retrieval/pgvector.store.js';

/** A chore of upkeep behind the runs. Each chore runs in one process of the fleet at a time. */
interface Chore {
  name: string;
  every_ms: number;
  work(lease: Lease): Promise<unknown>;
}

interface CaretakerParts {
  engine: Engine;
  settings: RuntimeSettings;
  db: DataSource;
  signer: Signer;
  /** Null if the worker is not versioned. */
  routing: BuildRouting | null;
  logger: Logger;
}

export function startCaretaker(parts: CaretakerParts): { stop(): Promise<void> } {
  const { engine, settings, db, signer, routing, logger } = parts;
  const reconciler = new Reconciler(db, engine, signer, logger);
  const archiver = new Archiver(db, engine, signer, logger);
  const schedules = new ScheduleReconciler(db, engine, settings, logger);
  const stuckTicks = new StuckTicks(engine, logger);
  const watch = new SuccessWatch(db, logger);
  const chain = new AuditChain(db, signer);
  const vectors = new VectorIndexes(db, logger);
  const days = () => settings.current().RUN_RETENTION_DAYS;
  const chores: Chore[] = [
    { name: 'archive', every_ms: 1000, work: () => archiver.pass() },
    ...(routing ? [{ name: 'build-routing', every_ms: 2000, work: () => routing.pass() }] : []),
    { name: 'reconcile', every_ms: 5000, work: () => reconciler.pass() },
    { name: 'schedules', every_ms: 1000, work: (lease) => schedules.pass(lease) },
    { name: 'stuck-ticks', every_ms: 15_000, work: () => stuckTicks.pass() },
    { name: 'success-watch', every_ms: 15_000, work: () => watch.pass() },
    { name: 'vector-indexes', every_ms: 60_000, work: () => vectors.pass() },
    {
      name: 'word-counts',
      every_ms: 60_000,
      work: () => withoutLimits(db, (own) => mergeWordCounts(own.manager)),
    },
    {
      name: 'prune',
      every_ms: 3_600_000,
      work: () => withoutLimits(db, (own) => prune(own.manager, () => settings.current())),
    },
    {
      name: 'retention',
      every_ms: 3_600_000,
      work: () => withoutLimits(db, (own) => deleteOldRuns(own, chain, days, logger)),
    },
    { name: 'forget-ticks', every_ms: 3_600_000, work: () => forgetTicks(db, days()) },
    { name: 'forget-leases', every_ms: 3_600_000, work: () => forgetLeases(db) },
    { name: 'forget-workers', every_ms: 3_600_000, work: () => forgetWorkers(db) },
  ];
  const loops = new Map(chores.map((chore) => [chore.name, repeat(chore, db, engine, logger)]));
  const leave = settings.onChange((now, before) => {
    if (now.RUN_RETENTION_DAYS !== before.RUN_RETENTION_DAYS) loops.get('retention')?.hurry();
    loops.get('schedules')?.hurry();
  });
  return {
    stop: async () => {
      leave();
      await Promise.all([...loops.values()].map((loop) => loop.stop()));
    },
  };
}

async function prune(db: EntityManager, days: () => OperationalSettings): Promise<void> {
  await pruneWorkspace(db, days);
  await deleteInBatches(db, OLD_CHANGES, () => days().AUDIT_LOG_RETENTION_DAYS);
}

interface Loop {
  /** The next pass comes at once, or right after the one under way. */
  hurry(): void;
  stop(): Promise<void>;
}

function repeat(chore: Chore, db: DataSource, engine: Engine, logger: Logger): Loop {
  let stopped = false;
  let hurried = false;
  let timer: NodeJS.Timeout | undefined;
  let pass = Promise.resolve();
  const run = async () => {
    timer = undefined;
    hurried = false;
    try {
      await withLease(db, `chore/${chore.name}`, chore.work);
    } catch (error) {
      if (engine.up) logger.warn({ err: error, chore: chore.name }, 'a chore failed; it is tried again');
    }
    if (!stopped) timer = setTimeout(start, hurried ? 0 : chore.every_ms);
  };
  const start = () => {
    pass = run();
  };
  start();
  return {
    hurry: () => {
      hurried = true;
      if (timer === undefined || stopped) return;
      clearTimeout(timer);
      start();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await pass;
    },
  };
}
