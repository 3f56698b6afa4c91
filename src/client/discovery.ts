/** Finds the running bridge of a folder by the files bridges leave in the user's state directory. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { type Discovery, discovery } from '../protocol/bridge.ts';
import { type BridgeClient, connect } from './client.ts';
import { BridgeError } from './errors.ts';
import { verifyBridge } from './verify.ts';

export interface FolderOptions {
  stateDir: string;
  /** The folder one is in; a bridge whose workspace holds it is found, the innermost first. */
  folder: string;
}

/**
 * A client of the bridge that has the folder open, or undefined when none runs. The bridge has proved who it is
 * before the token is used. Throws `not_a_bridge` when another program answers where the bridge should.
 */
export async function connectToFolder(options: FolderOptions): Promise<BridgeClient | undefined> {
  const found = await findBridge(options);
  return found && connect(found);
}

/** The same, for whoever calls it in a way of their own. */
export async function findBridge({
  stateDir,
  folder,
}: FolderOptions): Promise<{ url: string; token: string } | undefined> {
  const here = await realOf(folder);
  for (const bridge of byNearness(await readDiscoveries(stateDir), here)) {
    const url = `http://127.0.0.1:${bridge.port}`;
    try {
      await verifyBridge(url, bridge.ownerToken);
      return { url, token: bridge.ownerToken };
    } catch (error) {
      // Its process is there but it listens no more: the file is left over, and another bridge may serve.
      if (!(error instanceof BridgeError) || error.code !== 'bridge_unreachable') throw error;
    }
  }
  return undefined;
}

/** Bridges that have the folder in their workspace, those whose own folder is nearest first. */
export function byNearness(bridges: readonly Discovery[], folder: string): Discovery[] {
  const depth = (bridge: Discovery): number =>
    Math.max(-1, ...bridge.folders.filter((one) => holds(one, folder)).map((one) => one.length));
  return bridges.filter((one) => depth(one) >= 0).sort((a, b) => depth(b) - depth(a));
}

function holds(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** Files of running processes that nobody else could have written or read. */
export async function readDiscoveries(stateDir: string): Promise<Discovery[]> {
  const folder = join(stateDir, 'bridges');
  const names = await readdir(folder).catch(ifGone<string[]>([]));
  const read = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readOne(join(folder, name))),
  );
  const found = read.filter((one) => one !== undefined && isRunning(one.pid));
  return Promise.all(
    found
      .flatMap((one) => (one === undefined ? [] : [one]))
      .map(async (one) => ({
        ...one,
        folders: await Promise.all(one.folders.map(realOf)),
      })),
  );
}

/** Of a file that names every folder of a large workspace, with room to spare. */
const maxBytes = 256 * 1024;

async function readOne(file: string): Promise<Discovery | undefined> {
  try {
    const { mode, size } = await stat(file);
    if (size > maxBytes || (process.platform !== 'win32' && mode & 0o077)) return undefined;
    const parsed = discovery.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    // What is not JSON, is gone by now or cannot be read at all is no file of a running bridge.
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

/** The path without symbolic links, as both sides must name it; as it is when it is not there. */
const realOf = (path: string): Promise<string> => realpath(path).catch(ifGone(path));

const ifGone =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
