/**
 * An index on disk. A part is written under a name of its own and never changed; the catalog says which ones count.
 * Both are on the disk before the catalog is renamed to its name, so that whatever is killed when, what is read later is
 * an index as it was at some time; and how its files were found says what to read anew.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Source } from '../../core/grounding/parts/layout.ts';
import { merge } from '../../core/grounding/parts/merge.ts';
import type { Part } from '../../core/grounding/parts/part.ts';
import { PartWriter } from '../../core/grounding/parts/partWriter.ts';
import { StoredPart } from '../../core/grounding/parts/storedPart.ts';
import { writePrivateFileSync } from '../../store/user/privateFile.ts';
import { decodeCatalog, encodeCatalog } from './catalog.ts';
import { takeLock } from './ownLock.ts';
import type { Pace } from './pace.ts';

const catalogName = 'catalog';
export const lockName = 'lock';

interface OpenPart {
  name: string;
  part: StoredPart;
  close(): void;
}

export class IndexFolder {
  readonly #folder: string;
  readonly #uriOf: (key: string) => string;
  readonly #release: () => void;
  #open: OpenPart[] = [];

  private constructor(folder: string, uriOf: (key: string) => string, release: () => void) {
    this.#folder = folder;
    this.#uriOf = uriOf;
    this.#release = release;
  }

  /** Undefined when another process writes there. Throws where nothing can be written. */
  static take(folder: string, uriOf: (key: string) => string): IndexFolder | undefined {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const release = takeLock(join(folder, lockName));
    return release && new IndexFolder(folder, uriOf, release);
  }

  /** What was written earlier. Damage, or another version, is told, and leaves nothing of what was there. */
  read(): { parts: readonly StoredPart[]; problem?: unknown } {
    const bytes = this.#catalog();
    if (!bytes) {
      this.#clear();
      return { parts: [] };
    }
    try {
      const catalog = decodeCatalog(bytes);
      for (const { name, count, presence, bytes, mtimeMs, hash } of catalog) {
        const opened = this.#openPart(name);
        this.#open.push(opened);
        const { files } = opened.part;
        if (files.size !== count)
          throw new Error('A part of the index has other files than the catalog says.');
        Object.assign(files, { presence, bytes, mtimeMs, hash });
      }
      this.#sweep();
      return { parts: this.#open.map(({ part }) => part) };
    } catch (error) {
      this.#clear();
      return { parts: [], problem: error };
    }
  }

  /** Undefined where nothing was written yet. */
  #catalog(): Buffer | undefined {
    try {
      return readFileSync(join(this.#folder, catalogName));
    } catch {
      return undefined;
    }
  }

  /** Writes one part with what is there of others. Throws where it cannot be written; then nothing has changed. */
  async write(parts: readonly Part[], pace: Pace): Promise<StoredPart> {
    const name = `${randomUUID()}.part`;
    const file = join(this.#folder, name);
    const descriptor = openSync(file, 'wx', 0o600);
    try {
      await pace.through(merge(parts, new PartWriter((bytes) => writeAll(descriptor, bytes), crc32)));
      fsyncSync(descriptor);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
    const opened = this.#openPart(name);
    this.#open.push(opened);
    return opened.part;
  }

  /** From now on these parts, which were written or read here, are the index. */
  commit(parts: readonly Part[]): void {
    const kept = this.#open.filter(({ part }) => parts.includes(part));
    const catalog = encodeCatalog(kept.map(({ name, part }) => ({ name, files: part.files })));
    writePrivateFileSync(join(this.#folder, catalogName), catalog);
    for (const one of this.#open) if (!kept.includes(one)) one.close();
    this.#open = kept;
    this.#sweep();
  }

  close(): void {
    for (const one of this.#open) one.close();
    this.#open = [];
    this.#release();
  }

  #openPart(name: string): OpenPart {
    const descriptor = openSync(join(this.#folder, name), 'r');
    try {
      const part = new StoredPart(sourceOf(descriptor), crc32, this.#uriOf);
      return { name, part, close: () => closeSync(descriptor) };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** What no catalog names was left by a process that was killed, or has been merged. */
  #sweep(): void {
    const kept = new Set([catalogName, lockName, ...this.#open.map(({ name }) => name)]);
    for (const name of readdirSync(this.#folder))
      if (!kept.has(name)) rmSync(join(this.#folder, name), { recursive: true, force: true });
  }

  #clear(): void {
    for (const one of this.#open) one.close();
    this.#open = [];
    rmSync(join(this.#folder, catalogName), { force: true });
    this.#sweep();
  }
}

function sourceOf(descriptor: number): Source {
  let buffer = Buffer.alloc(64 * 1024);
  return {
    size: fstatSync(descriptor).size,
    read(offset, length) {
      if (length > buffer.length) buffer = Buffer.alloc(Math.max(length, buffer.length * 2));
      let read = 0;
      while (read < length) {
        const more = readSync(descriptor, buffer, read, length - read, offset + read);
        if (more === 0) throw new Error('The part ends too early.');
        read += more;
      }
      return buffer.subarray(0, length);
    },
  };
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}
