/** The files by which running bridges are found: one for each, readable by their user alone. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderTooOpen } from '../core/errors.ts';
import { type Discovery, discovery } from '../protocol/bridge.ts';

/** Windows has no mode bits; there the user's own application data folder is private by its access list. */
const hasModes = process.platform !== 'win32';
const othersMay = 0o077;
/** Of a file that names every folder of a large workspace, with room to spare. */
const maxBytes = 256 * 1024;

const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

export interface FoundBridge {
  file: string;
  bridge: Discovery;
}

export class DiscoveryFolder {
  readonly #folder: string;

  constructor(stateDir: string) {
    this.#folder = join(stateDir, 'bridges');
  }

  /** Makes the folder; throws `folder_too_open` when it is there and others may look into it. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    if (hasModes && (await stat(this.#folder)).mode & othersMay) throw folderTooOpen(this.#folder);
  }

  /** A name for the file of a new bridge of this process. */
  newFile(): string {
    return join(this.#folder, `${process.pid}-${randomBytes(6).toString('hex')}.json`);
  }

  /** Writes the file as a whole or not at all, so that nobody reads half of it. */
  async write(file: string, bridge: Discovery): Promise<void> {
    const draft = `${file}.tmp`;
    await rm(draft, { force: true });
    await writeFile(draft, JSON.stringify(bridge), { mode: 0o600, flag: 'wx' });
    // An unusual umask may have taken away what the user needs; it never adds what others must not have.
    await chmod(draft, 0o600);
    await rename(draft, file);
  }

  async remove(file: string): Promise<void> {
    await rm(file, { force: true });
  }

  /** All bridges that are written down, running or not. Files that are not ours, or that others can read, are left out. */
  async list(): Promise<FoundBridge[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if (isGone(error)) return [];
      throw error;
    });
    const found = await Promise.all(
      names.filter((name) => name.endsWith('.json')).map((name) => this.#read(join(this.#folder, name))),
    );
    return found.filter((one) => one !== undefined);
  }

  /**
   * Removes the files of processes that are gone, and of those that were at the port which is the caller's now: a
   * process that ends closes its sockets a moment before it is gone.
   */
  async reclaim(ownPort?: number): Promise<void> {
    for (const { file, bridge } of await this.list()) {
      if (bridge.port === ownPort || !isAlive(bridge.pid)) await this.remove(file);
    }
  }

  async #read(file: string): Promise<FoundBridge | undefined> {
    try {
      const { mode, size } = await stat(file);
      if (size > maxBytes || (hasModes && mode & othersMay)) return undefined;
      const parsed = discovery.safeParse(JSON.parse(await readFile(file, 'utf8')));
      return parsed.success ? { file, bridge: parsed.data } : undefined;
    } catch (error) {
      // A bridge that ends takes its file with it; what is not JSON, or cannot be read at all, is no file of ours.
      if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined;
      throw error;
    }
  }
}

/** Whether a process with this id is there, be it ours to signal or not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
