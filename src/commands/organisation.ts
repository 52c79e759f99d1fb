import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { databaseOf } from '../../stack/postgres.js';
import { readJson } from '../../stack/private-file.js';
import { findMember } from '../platform/auth/member.store.js';
import { recover } from '../platform/auth/recover.js';
import { setServerAdmin } from '../platform/auth/server-administration.js';
import { readEnvironment } from '../platform/config/environment.js';
import { createDataSource } from '../platform/db/data-source.js';
import { ApiClient } from './console/api-client.js';
import { reason, Stopped } from './console/stopped.js';

const USAGE = `usage: npm run organisation -- list
       npm run organisation -- add --name <name> --email <email>
       npm run organisation -- rename --id <id> --name <name>
       npm run organisation -- recover --name <name> --email <email>        (on the host, with its database)
       npm run organisation -- administer --name <name> --email <email>     (on the host, with its database)

The first three speak to the API (--url, --key; without them to where \`npm start\` runs) and need a server administrator's key.
recover prints a new key for a member who has lost every key, and ends all others of that member; administer makes an owner a server administrator.`;

type Values = Partial<Record<'name' | 'email' | 'id' | 'url' | 'key', string>>;

const commands: Record<string, { needs: (keyof Values)[]; act: (values: Values) => Promise<unknown> }> = {
  list: { needs: [], act: (values) => api(values).get('/api/organisations') },
  add: {
    needs: ['name', 'email'],
    act: ({ name, email, ...values }) =>
      api(values).post('/api/organisations', { name, owner: { email, name: email } }),
  },
  rename: {
    needs: ['id', 'name'],
    act: ({ id, name, ...values }) => api(values).patch(`/api/organisations/${id}`, { name }),
  },
  recover: { needs: ['name', 'email'], act: (values) => onHost(values, 'recover') },
  administer: { needs: ['name', 'email'], act: (values) => onHost(values, 'administer') },
};

function api({ url, key }: Values): ApiClient {
  const known = readJson(join(home(), 'credentials.json')) ?? {};
  const [address, credential] = [url ?? known.url, key ?? known.api_key];
  if (typeof address !== 'string' || typeof credential !== 'string')
    throw new Stopped(
      `Nightshift does not run on ${home()}. Start it with npm start, or give --url and --key.`,
    );
  return new ApiClient(address, credential);
}

const home = () => resolve(readEnvironment().NIGHTSHIFT_HOME);

/** A person who may read the database may do anything, so this command is the way back in when every key is lost. */
async function onHost({ name, email }: Values, what: 'recover' | 'administer'): Promise<unknown> {
  const url = readEnvironment().DATABASE_URL ?? databaseOf(home());
  if (!url) throw new Stopped(`There is no database in ${home()}. Set DATABASE_URL.`);
  const db = await createDataSource(url, 1, 'nightshift-organisation').initialize();
  try {
    return await db.transaction(async (tx) => {
      const person = await findMember(tx, { organisation: name ?? '', email: email ?? '' });
      if (!person)
        throw new Stopped(`${email} is no member of an organisation named ${JSON.stringify(name)}.`);
      if (what === 'recover') return { ...person, ...(await recover(tx, person)) };
      await setServerAdmin(tx, { ...person, granted: true, by: null });
      return { ...person, server_admin: true };
    });
  } finally {
    await db.destroy();
  }
}

/** JSON escapes the quotes of a command, so a command to send on is printed as it is, too. */
function commandIn(answer: unknown): string | undefined {
  return (answer as { invitation?: { command?: string } }).invitation?.command;
}

function readCommand(): (() => Promise<unknown>) | null {
  try {
    const text = { type: 'string' } as const;
    const options = { name: text, email: text, id: text, url: text, key: text };
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [name = '', ...more] = positionals;
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command || more.length > 0 || command.needs.some((one) => !values[one])) return null;
    return () => command.act(values);
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const act = readCommand();
  if (!act) {
    console.error(USAGE);
    return 2;
  }
  const answer = await act();
  console.log(JSON.stringify(answer, null, 2));
  const command = commandIn(answer);
  if (command) console.error(`\nThe owner makes the first key with this command:\n${command}`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(reason(error));
    process.exitCode = 1;
  },
);
