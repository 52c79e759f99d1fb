import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { postgresAccount, type SystemAccount } from './account.js';
import { type Binaries, copyBinaries, installedBinaries } from './binaries.js';
import { reopen, sharedData, sharedFolder } from './shared-folder.js';

export interface ClusterFiles {
  data: string;
  binaries: Binaries;
  account?: SystemAccount;
}

/** Chooses a folder where PostgreSQL's account can reach both its binaries and its data. */
export async function choosePlace(
  home: string,
  log: (line: string) => void,
  installed: Binaries = installedBinaries(),
): Promise<ClusterFiles> {
  const wanted = join(home, 'postgres');
  const usual = await postgresAccount();
  if (usual === undefined) {
    mkdirSync(wanted, { recursive: true, mode: 0o700 });
    return { data: wanted, binaries: installed };
  }
  const data = dataFolder(home, wanted, usual, log);
  const account = ownerOf(data) ?? usual;
  if (!canEnter(dirname(data), account)) {
    throw new Error(
      `PostgreSQL runs as ${account.name}, who cannot reach ${data}: move that folder, or set NIGHTSHIFT_HOME`,
    );
  }
  chownSync(data, account.uid, account.gid);
  chmodSync(data, 0o700);
  const binaries = canEnter(installed.folder, account) ? installed : copyBinaries(installed, sharedFolder());
  return { data, binaries, account };
}

/** `<home>/postgres` is the data, or a link to it when the account could not reach it there. */
function dataFolder(
  home: string,
  wanted: string,
  account: SystemAccount,
  log: (line: string) => void,
): string {
  let data = linkTarget(wanted) ?? wanted;
  if (data !== wanted) {
    reopen(data);
  } else if (!existsSync(wanted) && !canEnter(home, account)) {
    data = sharedData(home, log);
    symlinkSync(data, wanted);
    log(`PostgreSQL runs as ${account.name}, who cannot enter ${home}: its data is in ${data}`);
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return data;
}

function linkTarget(path: string): string | undefined {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? readlinkSync(path) : undefined;
}

/** An existing cluster is run by the account that owns it. */
function ownerOf(data: string): SystemAccount | undefined {
  const { uid, gid } = statSync(data);
  return uid === 0 ? undefined : { uid, gid, name: `user ${uid}` };
}

export function canEnter(folder: string, { uid, gid }: { uid: number; gid: number }): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  return dirname(folder) === folder || canEnter(dirname(folder), { uid, gid });
}
