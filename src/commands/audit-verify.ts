import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { withSettingsOfHome } from '../../stack/settings-of-home.js';
import { AuditChain } from '../engine/attestation/chain.js';
import type { ChainFindings } from '../engine/attestation/chain-check.js';
import { createSigner, type Signer } from '../engine/attestation/signer.js';
import { AuditService } from '../engine/audit/audit.service.js';
import { AuditExport } from '../engine/audit/export.js';
import { checkExport } from '../engine/audit/export-check.js';
import type { AuditFault } from '../engine/audit/fault.js';
import { ChainReading, verifyRuns } from '../engine/audit/verify.js';
import { RunRepository } from '../engine/runs/run.repository.js';
import { findOrganisation } from '../platform/auth/organisation.store.js';
import { type Environment, readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import { Engine } from '../platform/temporal/engine.js';
import { readVerifyArguments, USAGE, type VerifyArguments } from './audit-verify/arguments.js';
import { printChecked, printExport } from './audit-verify/check-report.js';
import { ProgressLine } from './console/progress.js';
import { BadCall, reason, Stopped } from './console/stopped.js';

async function main(): Promise<number> {
  const wanted = readVerifyArguments(process.argv.slice(2));
  if (wanted.help) {
    console.log(USAGE);
    return 0;
  }
  return wanted.file === null ? checkInstallation(wanted) : checkFile(wanted.file, wanted);
}

async function checkInstallation(wanted: VerifyArguments): Promise<number> {
  const given = readEnvironment();
  const home = resolve(given.NIGHTSHIFT_HOME);
  const env = withSettingsOfHome(given, home);
  if (!env.DATABASE_URL)
    throw new Stopped(
      `There is no database in ${home}. Start the product with npm start, or set DATABASE_URL.`,
    );
  if (!env.TEMPORAL_ADDRESS) throw new Stopped(`There is no Temporal in ${home}. Set TEMPORAL_ADDRESS.`);
  const signer = createSigner(env);
  const db = await connect(env.DATABASE_URL);
  try {
    await mustExist(wanted.organisation, db);
    return await checkRows(wanted, env, db, signer);
  } finally {
    await db.destroy();
  }
}

async function mustExist(organisation: string | null, db: DataSource): Promise<void> {
  if (organisation === null) return;
  if (!(await findOrganisation(db, organisation)))
    throw new Stopped(`--organisation: there is no organisation ${organisation}.`);
}

async function checkRows(
  wanted: VerifyArguments,
  env: Environment,
  db: DataSource,
  signer: Signer,
): Promise<number> {
  const engine = await Engine.connect(env, `nightshift-audit-${process.pid}`);
  const progress = new ProgressLine();
  try {
    const chain = new AuditChain(db, signer);
    const audits = new AuditService(db, new RunRepository(db), engine, signer);
    const file =
      wanted.export === null
        ? null
        : await AuditExport.begin(wanted.export, wanted, signer, db).catch((error) =>
            refuse(error, wanted.export, 'export'),
          );
    const reachable = await engine.reachable();
    if (!reachable) progress.note('Temporal cannot be reached: what is not archived yet stays pending.');
    const witness = {
      progress: (what: string, done: number, total: number) => progress.told(what, done, total),
      ...(file ? { entry: file.entry.bind(file), run: file.run.bind(file) } : {}),
    };
    const reading = new ChainReading(db, chain, wanted.head, witness);
    await reading.readOn();
    const up_to = reading.number;
    const runs = await verifyRuns(db, audits, wanted.period, reachable, witness);
    await reading.readOn();
    const entries = reading.end();
    await file?.end({ up_to, faults: entries.faults });
    progress.end();
    printChecked(entries, runs, wanted.export);
    return codeOf([...entries.faults, ...runs.faults], entries, runs.pending);
  } finally {
    progress.end();
    await engine.close();
  }
}

async function checkFile(path: string, { public_keys, head }: VerifyArguments): Promise<number> {
  const findings = await checkExport(path, public_keys, head).catch((error) => refuse(error, path, 'file'));
  printExport(findings, public_keys !== null);
  return codeOf(findings.faults, findings.chain, findings.runs.pending);
}

function codeOf(
  faults: readonly AuditFault[],
  { unchecked }: Pick<ChainFindings, 'unchecked'>,
  pending: number,
): number {
  if (faults.length > 0) return 1;
  return pending > 0 || unchecked !== null ? 3 : 0;
}

/** Says where PostgreSQL was looked for, without the password. */
async function connect(url: string): Promise<DataSource> {
  try {
    return await createDataSource(url, 6, 'nightshift-audit').initialize();
  } catch (error) {
    if (!OUT_OF_REACH.has(errnoOf(error))) throw error;
    const { host } = new URL(url);
    throw new Stopped(
      `PostgreSQL cannot be reached at ${host}: start the product with npm start, or set DATABASE_URL.`,
    );
  }
}

const OUT_OF_REACH = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ECONNRESET',
  'EAI_AGAIN',
]);
const OF_FILES: Record<string, string> = {
  EEXIST: 'is there already: choose another name',
  ENOENT: 'is not there, or its folder is not',
  EISDIR: 'is a folder, and takes a file',
  EACCES: 'may not be opened by this user',
};

function refuse(error: unknown, path: string | null, option: 'export' | 'file'): never {
  const words = OF_FILES[errnoOf(error)];
  throw words ? new Stopped(`--${option}: ${path} ${words}.`) : error;
}

const errnoOf = (error: unknown) => String((error as { code?: unknown } | null)?.code);

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(reason(error));
    if (error instanceof BadCall) console.error('npm run audit:verify -- --help says how it is called.');
    process.exitCode = 2;
  },
);
