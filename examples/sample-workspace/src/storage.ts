import { createReadStream } from 'node:fs';
import { access, constants, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { diskFull, isDiskFull, notFound } from './errors.ts';

/** What is known of a file; kept as JSON beside it. */
export interface Entry {
  id: string;
  name: string;
  size: number;
  sha256: string;
  storedAt: string;
  /** ISO time; null for pinned files. */
  expiresAt: string | null;
}

export class Storage {
  readonly #files: string;
  readonly #incoming: string;

  constructor(folder: string) {
    this.#files = path.join(folder, 'files');
    this.#incoming = path.join(folder, 'incoming');
  }

  async prepare(): Promise<void> {
    await mkdir(this.#files, { recursive: true });
    // Whatever lies here was cut off by a crash; nobody was told that it had arrived.
    await rm(this.#incoming, { recursive: true, force: true });
    await mkdir(this.#incoming);
  }

  /** Writes a new file. Readers see it only when all of it is on the disk. */
  async add(chunks: AsyncIterable<Uint8Array>, describe: () => Omit<Entry, 'id'>): Promise<Entry> {
    const id = randomBytes(16).toString('hex');
    const temporary = path.join(this.#incoming, id);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        for await (const chunk of chunks) await handle.write(chunk);
        await handle.sync();
      } finally {
        await handle.close();
      }
      const entry: Entry = { id, ...describe() };
      await writeFile(this.#describe(id), JSON.stringify(entry), { mode: 0o600 });
      await rename(temporary, this.#path(id));
      return entry;
    } catch (error) {
      await rm(temporary, { force: true });
      await rm(this.#describe(id), { force: true });
      throw isDiskFull(error) ? diskFull() : error;
    }
  }

  async entry(id: string): Promise<Entry> {
    try {
      return JSON.parse(await readFile(this.#describe(id), 'utf8')) as Entry;
    } catch {
      throw notFound();
    }
  }

  read(id: string, range?: { start: number; end: number }): Readable {
    return createReadStream(this.#path(id), range);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
    await rm(this.#describe(id), { force: true });
  }

  async list(): Promise<Entry[]> {
    const names = await readdir(this.#files);
    const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
    return Promise.all(ids.map((id) => this.entry(id)));
  }

  async writable(): Promise<boolean> {
    return access(this.#files, constants.W_OK).then(
      () => true,
      () => false,
    );
  }

  /** Ids are made by us and are hexadecimal; anything else could climb out of the folder. */
  #path(id: string): string {
    if (!/^[0-9a-f]{32}$/.test(id)) throw notFound();
    return path.join(this.#files, id);
  }

  #describe(id: string): string {
    return `${this.#path(id)}.json`;
  }
}
