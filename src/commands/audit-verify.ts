import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { withSettingsOfHome } from '../../stack/settings-of-home.js';
import { AuditService } from '../engine/audit/audit.service.js';
import { AuditChain, type Head } from '../engine/audit/chain.js';
import type { ChainFindings } from '../engine/audit/chain-check.js';
import { AuditExport, checkExport } from '../engine/audit/export.js';
import { createSigner } from '../engine/audit/signer.js';
import { type Period, verifyChain, verifyRuns } from '../engine/audit/verify.js';
import { RunRepository } from '../engine/runs/run.repository.js';
import { BadSettings, readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import { Engine } from '../platform/temporal/engine.js';
import { Stopped } from './api-client.js';
import { reason } from './import/report.js';
import { ProgressLine } from './progress.js';

const USAGE = `usage: npm run audit:verify [-- --since <time> --until <time> --head <number>:<digest> --export <file>]
       npm run audit:verify -- --file <export> [--public-key <id>:<key> … --head <number>:<digest>]

Checks the audit chain from end to end and every run that ended in the period (all of them unless it is given), on the
host of \`npm start\` or with the settings of an installation. --export writes what was checked to a new file; --file checks
such a file by public keys alone. --head is what an earlier check printed: it shows that nothing was cut off since.

It ends with 0 where all is verified, 1 where something is not, 3 where something could not be compared yet, 2 where it
was called wrongly or could not begin.`;

interface Wanted {
  period: Period;
  head: Head | null;
  export: string | null;
  file: string | null;
  public_keys: Record<string, string> | null;
}

const MOST_FAULTS = 100;
const BEGINNING = new Date(0);
const END = new Date('9999-01-01');

async function main(): Promise<number> {
  const wanted = readWanted();
  if (!wanted) {
    console.error(USAGE);
    return 2;
  }
  return wanted.file === null ? checkInstallation(wanted) : checkFile(wanted.file, wanted);
}

async function checkInstallation(wanted: Wanted): Promise<number> {
  const given = readEnvironment();
  const home = resolve(given.NIGHTSHIFT_HOME);
  const env = withSettingsOfHome(given, home);
  if (!env.DATABASE_URL) throw new Stopped(`There is no database in ${home}. Set DATABASE_URL.`);
  if (!env.TEMPORAL_ADDRESS) throw new Stopped(`There is no Temporal in ${home}. Set TEMPORAL_ADDRESS.`);
  const signer = createSigner(env);
  const db = await createDataSource(env.DATABASE_URL, 6, 'nightshift-audit').initialize();
  const engine = await Engine.connect(env, `nightshift-audit-${process.pid}`);
  const progress = new ProgressLine();
  try {
    const chain = new AuditChain(db, signer);
    const audits = new AuditService(db, new RunRepository(db), engine, signer);
    const reachable = await engine.reachable();
    if (!reachable) progress.note('Temporal cannot be reached: what is not archived yet stays pending.');
    const file =
      wanted.export === null ? null : await AuditExport.begin(wanted.export, wanted.period, signer, db);
    const witness = {
      progress: (what: string, done: number, total: number) => progress.told(what, done, total),
      ...(file ? { entry: file.entry.bind(file), run: file.run.bind(file) } : {}),
    };
    const entries = await verifyChain(db, chain, wanted.head, witness);
    const runs = await verifyRuns(db, audits, wanted.period, reachable, witness);
    await file?.end();
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
    return faults.length > 0 ? 1 : runs.pending > 0 ? 3 : 0;
  } finally {
    progress.end();
    await engine.close();
    await db.destroy();
  }
}

async function checkFile(path: string, { public_keys, head }: Wanted): Promise<number> {
  const { chain, runs, faults } = await checkExport(path, public_keys, head);
  tellChain(chain);
  console.log(
    `runs     ${runs.verified} verified when it was written, ${runs.mismatch} not verified, ${runs.pending} pending`,
  );
  const all = [...chain.faults, ...faults];
  tellFaults(all);
  tellHead(chain);
  if (!public_keys)
    console.log('The keys are those of the file. Give the ones that you trust: --public-key.');
  return all.length > 0 ? 1 : 0;
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

/** Null where the command was not called as it can be. */
function readWanted(): Wanted | null {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      options: {
        since: text,
        until: text,
        head: text,
        export: text,
        file: text,
        'public-key': { type: 'string', multiple: true },
      },
    });
    const period = { since: moment(values.since, BEGINNING), until: moment(values.until, END) };
    const head = values.head === undefined ? null : readHead(values.head);
    if (!period.since || !period.until || (values.head !== undefined && !head)) return null;
    const keys = values['public-key']?.map((key) => key.split(/:(.*)/s));
    return {
      period: { since: period.since, until: period.until },
      head,
      export: values.export ? resolve(values.export) : null,
      file: values.file ? resolve(values.file) : null,
      public_keys: keys ? Object.fromEntries(keys.map(([id = '', key = '']) => [id, key])) : null,
    };
  } catch {
    return null;
  }
}

/** Null where it is no time. */
function moment(given: string | undefined, otherwise: Date): Date | null {
  const time = given === undefined ? otherwise : new Date(given);
  return Number.isNaN(time.getTime()) ? null : time;
}

function readHead(text: string): Head | null {
  const [, number, digest = ''] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? [];
  return number === undefined ? null : { number: Number(number), digest };
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof BadSettings ? error.message : reason(error));
    process.exitCode = 2;
  },
);
