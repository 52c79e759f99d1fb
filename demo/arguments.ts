import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BadCall, Stopped } from '../src/commands/console/stopped.js';
import { readEnvironment } from '../src/platform/config/environment.js';
import { databaseOf } from '../stack/postgres.js';
import { readJson } from '../stack/private-file.js';
import { DEMO_NAME } from './make-demo.js';

export const DEMO_USAGE = `usage: npm run demo [-- --name <project> --again --truth <file> --url <address> --key <API key>]

Fills a project of its own with half a year of a team that does not exist. Without --url and --key it is made where
\`npm start\` runs, in its first organisation. --again makes another one beside the one that is there.`;

export interface DemoArguments {
  url: string;
  key: string;
  /** The shell expression that prints the key. */
  key_in_shell: string;
  database: string;
  name: string;
  again: boolean;
  /** The file for the list of planted pairs; null means its usual place in the home. */
  truth: string | null;
  home: string;
}

export function readDemoArguments(args: string[]): DemoArguments {
  const { name = DEMO_NAME, again = false, ...given } = readFlags(args);
  const environment = readEnvironment();
  const home = resolve(environment.NIGHTSHIFT_HOME);
  const credentials = readJson(join(home, 'credentials.json')) ?? {};
  const url = given.url ?? credentials.url;
  const key = given.key ?? credentials.api_key;
  if (typeof url !== 'string')
    throw new Stopped(
      `Nightshift does not run on ${home}. Start it with npm start, or say where it is: --url.`,
    );
  if (!URL.canParse(url)) throw new BadCall(`--url: ${url} is no address`);
  if (typeof key !== 'string') throw new Stopped(`There is no API key in ${home}. Give one: --key.`);
  const database = environment.DATABASE_URL ?? databaseOf(home);
  if (!database)
    throw new Stopped(`There is no database in ${home}. Set DATABASE_URL to the one that ${url} uses.`);
  return {
    url,
    key,
    key_in_shell: given.key
      ? '…    # the one that you gave'
      : `$(node -p "require('${join(home, 'credentials.json')}').api_key")`,
    database,
    name,
    again,
    truth: given.truth === undefined ? null : resolve(given.truth),
    home,
  };
}

function readFlags(args: string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = { name: text, truth: text, url: text, key: text, again: { type: 'boolean' } } as const;
    const { values } = parseArgs({ args, options });
    const { name } = values;
    if (name !== undefined && (name.trim() === '' || name.length > 150))
      throw new Error('--name: 1 to 150 characters');
    return values;
  } catch (error) {
    throw new BadCall((error as Error).message, { cause: error });
  }
}
