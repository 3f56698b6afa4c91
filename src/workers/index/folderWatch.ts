/** Watches folders for who has no editor that does it. Folders that are not looked into are not watched. */
import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Linux gives a user eight thousand or more; who has more folders is looked through for each question. */
const mostFolders = 8000;
/** Changes come in crowds; so long they are collected, in ms. */
const collectedMs = 50;

export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #changed = new Set<string>();
  readonly #tell: (paths: readonly string[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;

  /** `tell` hears which files and folders changed, as absolute paths. */
  constructor(tell: (paths: readonly string[]) => void) {
    this.#tell = tell;
  }

  /** Whether every change is told. */
  get isComplete(): boolean {
    return !this.#hasFailed && this.#watchers.size > 0;
  }

  /** These are the folders that are looked into, from now on. */
  follow(folders: ReadonlySet<string>): void {
    if (folders.size > mostFolders) this.#fail();
    if (this.#hasFailed) return;
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) if (!this.#hasFailed && !this.#watchers.has(folder)) this.#watch(folder);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) =>
        this.#collect(name === null ? folder : path.join(folder, name)),
      );
      watcher.on('error', () => this.#fail());
      this.#watchers.set(folder, watcher);
    } catch (error) {
      // One that is gone by now is no failure; that nothing more can be watched is.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) this.#fail();
    }
  }

  #collect(changed: string): void {
    this.#changed.add(changed);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const paths = [...this.#changed];
      this.#changed.clear();
      this.#tell(paths);
    }, collectedMs).unref();
  }

  #fail(): void {
    this.#hasFailed = true;
    this.close();
  }
}
