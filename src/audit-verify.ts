import { resolve } from 'node:path';
import type { DataSource } from 'typeorm';
import { AuditService } from './audit/audit.service.js';
import { AuditChain } from './audit/chain.js';
import type { ChainFindings } from './audit/chain-check.js';
import { AuditExport } from './audit/export.js';
import { checkExport, type ExportFindings } from './audit/export-check.js';
import { createSigner } from './audit/signer.js';
import { ChainReading, verifyRuns } from './audit/verify.js';
import { BadCall, BEGINNING, END, readWanted, USAGE, type Wanted } from './audit-verify-arguments.js';
import { type Environment, readEnvironment } from './config/environment.js';
import { createDataSource } from './db/data-source.js';
import { withSettingsOfHome } from './embedded/settings-of-home.js';
import { Progress } from './progress.js';
import { RunRepository } from './runs/run.repository.js';
import { Engine } from './temporal/engine.js';
import { Stopped } from './workspace/import/api.js';
import { reason } from './workspace/import/report.js';

const MOST_FAULTS = 100;
const COVERS =
  'covers   events, what ended runs show, their archived histories and the chain; not files, effects and model calls, the definitions of versions, nor the change log';

async function main(): Promise<number> {
  const wanted = readWanted(process.argv.slice(2));
  if (wanted.help) {
    console.log(USAGE);
    return 0;
  }
  return wanted.file === null ? checkInstallation(wanted) : checkFile(wanted.file, wanted);
}

async function checkInstallation(wanted: Wanted): Promise<number> {
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
    return await checkRows(wanted, env, db, signer);
  } finally {
    await db.destroy();
  }
}

async function checkRows(
  wanted: Wanted,
  env: Environment,
  db: DataSource,
  signer: ReturnType<typeof createSigner>,
): Promise<number> {
  const engine = await Engine.connect(env, `nightshift-audit-${process.pid}`);
  const progress = new Progress();
  try {
    const chain = new AuditChain(db, signer);
    const audits = new AuditService(db, new RunRepository(db), engine, signer);
    const file =
      wanted.export === null
        ? null
        : await AuditExport.begin(wanted.export, wanted.period, signer, db).catch((error) =>
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
    tellChain(entries);
    const adopted = runs.adopted > 0 ? `, ${runs.adopted} of them from before the chain` : '';
    console.log(
      `runs     ${runs.verified} verified${adopted}, ${runs.mismatch} not verified, ${runs.pending} pending`,
    );
    const faults = [...entries.faults, ...runs.faults];
    tellFaults(faults);
    tellHead(entries);
    if (wanted.export) console.log(`export   ${wanted.export}`);
    console.log(COVERS);
    return codeOf(faults, runs.pending);
  } finally {
    progress.end();
    await engine.close();
  }
}

async function checkFile(path: string, { public_keys, head }: Wanted): Promise<number> {
  const found = await checkExport(path, public_keys, head).catch((error) => refuse(error, path, 'file'));
  const { chain, runs, faults, as_written } = found;
  tellFile(found, public_keys !== null);
  tellChain(chain);
  console.log(
    as_written
      ? `runs     ${runs.verified} verified when it was written, ${runs.mismatch} not verified, ${runs.pending} pending${periodOf(found)}`
      : `runs     ${runs.verified + runs.mismatch + runs.pending} in the file; their verdicts do not count, because the file is not as it was written`,
  );
  tellFaults(faults);
  tellHead(chain);
  console.log(COVERS);
  return codeOf(faults, runs.pending);
}

function tellFile({ as_written }: ExportFindings, trusted: boolean): void {
  const by = trusted ? 'by the keys that were given' : 'by the keys in the file itself';
  console.log(`file     ${as_written ? 'as it was written' : 'NOT AS IT WAS WRITTEN'}, ${by}`);
  if (!trusted)
    console.log(
      '  Keys in the file show that it is consistent, not who wrote it. Give the keys that you trust: --public-key <id>:<key>.',
    );
}

/** Which runs the export is about, where it is not all of them. */
function periodOf({ header }: ExportFindings): string {
  if (!header) return '';
  const { since, until } = header;
  return [
    ...(since > BEGINNING.toISOString() ? [`, ended since ${since}`] : []),
    ...(until < END.toISOString() ? [`, ended before ${until}`] : []),
  ].join('');
}

function tellChain({ entries, first, head, signed_by, faults }: ChainFindings): void {
  const range = head ? `, ${first} to ${head.number}, signed by ${signed_by.join(', ') || 'nobody'}` : '';
  console.log(`chain    ${entries} entries${range}: ${faults.length > 0 ? 'NOT IN ORDER' : 'in order'}`);
}

function tellFaults(faults: readonly string[]): void {
  for (const fault of faults.slice(0, MOST_FAULTS)) console.log(`  ${fault}`);
  if (faults.length > MOST_FAULTS) console.log(`  … and ${faults.length - MOST_FAULTS} more`);
}

function tellHead({ head }: ChainFindings): void {
  if (head) console.log(`head     ${head.number}:${head.digest}`);
}

const codeOf = (faults: readonly string[], pending: number) => (faults.length > 0 ? 1 : pending > 0 ? 3 : 0);

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
