import type { KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Head } from '../../engine/attestation/chain.js';
import { readPublicKey } from '../../engine/attestation/signer.js';
import type { Period } from '../../engine/audit/verify.store.js';
import { BadCall } from '../console/stopped.js';

export const USAGE = `usage: npm run audit:verify [-- --since <time> --until <time> --head <number>:<digest> --export <file> --organisation <id>]
       npm run audit:verify -- --file <export> [--public-key <id>:<key> … --head <number>:<digest>]

Checks the audit chain from end to end, and every run that ended in the period; without a period, every ended run. It runs
on the host of \`npm start\`, or with the settings of an installation.

  --export        writes the checked runs and the findings to a new file
  --file          checks such a file by public keys alone
  --head          the head that an earlier check printed; the check fails if entries up to it were cut off since
  --organisation  --export writes the runs of one organisation alone; all runs are checked, and the file names the others
                  by id

A time is a day (2026-03-01) or a moment with its zone (2026-03-01T12:00:00Z).

Exit codes: 0 everything is verified, 1 something is not, 3 something could not be compared yet, 2 the call is wrong or the
check could not begin.`;

export interface VerifyArguments {
  help: boolean;
  period: Period;
  head: Head | null;
  export: string | null;
  organisation: string | null;
  file: string | null;
  public_keys: ReadonlyMap<string, KeyObject> | null;
}

export const FIRST_MOMENT = new Date(0);
export const LAST_MOMENT = new Date('9999-01-01');

const OF_INSTALLATION = ['since', 'until', 'export', 'organisation'] as const;
const text = { type: 'string' } as const;
const options = {
  help: { type: 'boolean', short: 'h' },
  since: text,
  until: text,
  head: text,
  export: text,
  organisation: text,
  file: text,
  'public-key': { type: 'string', multiple: true },
} as const;

export function readVerifyArguments(args: string[]): VerifyArguments {
  const values = readOptions(args);
  const { file } = values;
  for (const name of OF_INSTALLATION)
    if (file !== undefined && values[name] !== undefined)
      throw new BadCall(`--${name} does not go with --file: an export is checked whole.`);
  if (file === undefined && values['public-key'])
    throw new BadCall('--public-key goes with --file alone: an installation is checked with its own keys.');
  if (values.organisation !== undefined && !values.export)
    throw new BadCall('--organisation goes with --export alone: an installation is checked whole.');
  const period = {
    since: readTime('since', values.since, FIRST_MOMENT),
    until: readTime('until', values.until, LAST_MOMENT),
  };
  if (period.since >= period.until) throw new BadCall('--since must be before --until.');
  return {
    help: values.help ?? false,
    period,
    head: values.head === undefined ? null : readHead(values.head),
    export: readPath('export', values.export),
    organisation: values.organisation === undefined ? null : readId('organisation', values.organisation),
    file: readPath('file', file),
    public_keys: values['public-key'] ? new Map(values['public-key'].map(readKey)) : null,
  };
}

function readOptions(args: string[]) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    // Node says what is wrong in the first sentence, and how it parses in the others.
    const [words = ''] = String((error as Error).message).split(/\.\s/);
    throw new BadCall(`${words.replace(/\.$/, '')}.`);
  }
}

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

function readTime(name: string, given: string | undefined, otherwise: Date): Date {
  if (given === undefined) return otherwise;
  if (!time.safeParse(given).success)
    throw new BadCall(
      `--${name} takes a day (2026-03-01) or a moment with its zone (2026-03-01T12:00:00Z), not ${JSON.stringify(given)}.`,
    );
  return new Date(given);
}

function readHead(given: string): Head {
  const [, number, digest = ''] = /^(\d{1,15}):([\w-]{43})$/.exec(given) ?? [];
  if (number === undefined)
    throw new BadCall(
      `--head takes <number>:<digest>, as an earlier check printed it behind the word head, not ${JSON.stringify(given)}.`,
    );
  return { number: Number(number), digest };
}

function readId(name: string, given: string): string {
  if (!z.uuid().safeParse(given).success)
    throw new BadCall(`--${name} takes an id, as \`npm run organisation -- list\` prints it.`);
  return given.toLowerCase();
}

function readPath(name: string, given: string | undefined): string | null {
  if (given === '') throw new BadCall(`--${name} takes the name of a file.`);
  return given === undefined ? null : resolve(given);
}

function readKey(given: string): [string, KeyObject] {
  const [, id = '', text = ''] = /^([\w-]{1,32}):(.+)$/s.exec(given) ?? [];
  const key = readPublicKey(text);
  if (id === '' || !key)
    throw new BadCall(
      '--public-key takes <id>:<key>: the id of a signing key, and its public key (Ed25519) as base64, as the first line of an export has them.',
    );
  return [id, key];
}
