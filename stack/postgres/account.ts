import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SystemAccount {
  uid: number;
  gid: number;
  name: string;
}

/** PostgreSQL refuses to run as root; for anyone else there is nothing to switch to. */
export async function postgresAccount(): Promise<SystemAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await find('postgres')) ?? (await find('nobody')) ?? (await create());
}

async function find(name: string): Promise<SystemAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout), name };
  } catch {
    return undefined;
  }
}

async function create(): Promise<SystemAccount> {
  const ways: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', 'postgres']],
    ['adduser', ['-S', '-D', '-H', 'postgres']],
  ];
  for (const [command, args] of ways) {
    await run(command, args).catch(() => undefined);
    const account = await find('postgres');
    if (account) return account;
  }
  throw new Error('PostgreSQL cannot run as root, and no system user "postgres" could be created for it');
}
