/** Which program is at the other end of a connection, where the platform tells: on Linux, in files. */
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface SeenProgram {
  /** Path of its executable. */
  program?: string;
  /** The folder it runs in. */
  folder?: string;
}

/** Longest path that is kept, in UTF-16 code units; Linux has none that is longer. */
const longestPath = 4096;

/** Resolves to nothing where it cannot be known: another platform, another user's program, one that is gone. */
export async function programAt(peerPort: number, ownPort: number): Promise<SeenProgram> {
  if (process.platform !== 'linux') return {};
  try {
    const inode = await inodeOf(peerPort, ownPort);
    const pid = inode === undefined ? undefined : await holderOf(`socket:[${inode}]`);
    if (pid === undefined) return {};
    const [program, folder] = await Promise.all([linked(`/proc/${pid}/exe`), linked(`/proc/${pid}/cwd`)]);
    return { ...(program === undefined ? {} : { program }), ...(folder === undefined ? {} : { folder }) };
  } catch {
    // Files that may not be read or are gone by now: it stays unknown, which the user is told.
    return {};
  }
}

/** Of the socket whose own port is the peer's and whose other end is ours. */
export async function inodeOf(peerPort: number, ownPort: number): Promise<string | undefined> {
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const found = inodeIn(await readFile(file, 'utf8').catch(() => ''), peerPort, ownPort);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function inodeIn(table: string, peerPort: number, ownPort: number): string | undefined {
  const ending = (port: number) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , , , inode] = line.trim().split(/\s+/);
    // A socket that is closed already has no inode.
    if (local.endsWith(ending(peerPort)) && remote.endsWith(ending(ownPort)) && inode !== '0') return inode;
  }
  return undefined;
}

async function holderOf(socket: string): Promise<string | undefined> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    // Of a process of somebody else the open files cannot be listed.
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    for (const fd of open) if ((await linked(`/proc/${pid}/fd/${fd}`)) === socket) return pid;
  }
  return undefined;
}

async function linked(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(() => undefined);
  return target?.slice(0, longestPath);
}
