/** Passage search as the main thread sees it. */
import { rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { Emitter } from '../base/emitter.ts';
import { raced } from '../base/raced.ts';
import type { Remote } from '../base/rpc.ts';
import type { Exclude } from '../core/grounding/globs.ts';
import { searchOpenFiles } from '../core/grounding/openFilesSearch.ts';
import { whyStaysOut } from '../core/grounding/staysOut.ts';
import type {
  IndexControl,
  IndexState,
  Log,
  OpenFile,
  Passage,
  PassageOptions,
  PassageSearch,
} from '../core/ports.ts';
import { LazyWorker } from './lazyWorker.ts';
import type { SearchEvent, SearchPlace, WorkspaceSearch } from './workspaceSearch.ts';

export interface ClosablePassageSearch extends PassageSearch {
  readonly index: IndexControl;
  /** Writes what is left of the index, if that is quickly done. */
  close(): Promise<void>;
}

/** How long a window that closes waits for the index, in ms; VS Code gives it five seconds for everything. */
const closingMs = 2000;

/** Reading 70 MB of source took 245 MB with it, 340 MB without, and as long. */
const youngMegabytes = 12;

interface Options {
  workerUrl: URL;
  /** Absolute paths of the workspace's folders, read anew for each question. */
  roots: () => readonly string[];
  openFiles: () => Promise<readonly OpenFile[]>;
  /** What the editor's settings hide, read anew for each question. */
  excludes?: () => readonly Exclude[];
  /** Git reads the settings of a repository, so it is asked about trusted ones only. */
  isTrusted: () => boolean;
  /** Where the index is kept on disk; in memory alone without it. */
  indexFolder?: string | undefined;
  /** Whether it may lie there, asked anew for each question; where it may not, what lies there is deleted. Never rejects. */
  keepsIndex?: () => Promise<boolean>;
  /** Who sees that files change; `told` by `index.changed`. */
  watch?: SearchPlace['watch'];
  log: Log;
}

/**
 * Starts its worker with the first question. When the worker dies, only the open files are searched from then on,
 * and the log says so. A question whose signal aborts rejects with the signal's reason at once.
 */
export function openPassageSearch(options: Options): ClosablePassageSearch {
  const { log } = options;
  const changes = new Emitter<IndexState>();
  let state: IndexState | undefined;
  let isBegun = false;
  let isPaused = false;
  let isClosed = false;
  const begun = () =>
    new LazyWorker<WorkspaceSearch>(
      options.workerUrl,
      (error) =>
        log.error('The workspace search ended. Only open files are searched until the next start.', error),
      {
        youngMegabytes,
        onEvent(event) {
          const told = event as SearchEvent;
          switch (told.type) {
            case 'index':
              state = told.state;
              changes.fire(told.state);
              return;
            case 'problem':
              log.warn(`${told.message}${told.trace === undefined ? '' : ` ${told.trace}`}`);
              return;
            default:
              told satisfies never;
          }
        },
      },
    );
  let worker = begun();
  /** Where the index of this thread may lie; what lay there before is not known. */
  let indexFolder = options.indexFolder;
  let mayLieOnDisk = indexFolder !== undefined;
  let settling: Promise<void> = Promise.resolve();
  const settle = async (): Promise<void> => {
    if (options.indexFolder === undefined || !options.keepsIndex) return;
    const wanted = (await options.keepsIndex()) ? options.indexFolder : undefined;
    if (isClosed) return;
    if (wanted !== indexFolder) {
      indexFolder = wanted;
      // A thread that begins anew holds nothing of what is deleted, and finds the folder that is given to it.
      await worker.close();
      worker = begun();
    }
    if (wanted !== undefined) mayLieOnDisk = true;
    else if (mayLieOnDisk) {
      try {
        await rm(options.indexFolder, { recursive: true, force: true });
        mayLieOnDisk = false;
      } catch (error) {
        log.error('The index of the workspace could not be deleted. It is tried again.', error);
      }
    }
  };
  const place = async () => {
    settling = settling.then(settle);
    await settling;
    return {
      folders: options.roots(),
      excludes: options.excludes?.() ?? [],
      indexFolder,
      watch: options.watch,
      isPaused,
    };
  };
  // What may not lie on disk is not left there until somebody asks.
  settling = settle();
  /** A thread that is not there has nothing to be told. */
  const call = async (run: (remote: Remote<WorkspaceSearch>) => Promise<void>): Promise<void> => {
    if (!isBegun || !worker.isAlive) return;
    await worker.call(run).catch((error: unknown) => {
      if (worker.isAlive) log.error('The index of the workspace did not follow.', error);
    });
  };

  const search = async (question: string, { limit, around }: PassageOptions): Promise<Passage[]> => {
    const all = await options.openFiles();
    const openFiles = all.filter(
      (file) =>
        file.staysOut === undefined && whyStaysOut({ path: file.path, text: file.text }) === undefined,
    );
    try {
      const request = {
        question,
        around,
        limit,
        ...(await place()),
        openFiles,
        mayAskGit: options.isTrusted(),
      };
      isBegun = true;
      const { passages, files, complete } = await worker.call((remote) => remote.search(request));
      if (!complete)
        log.warn(`Searched ${files} files; the workspace has more, or reading them took too long.`);
      return passages;
    } catch (error) {
      if (worker.isAlive) log.error('The workspace search failed; only open files were searched.', error);
      return searchOpenFiles(question, limit, openFiles, () => setImmediate(), around);
    }
  };

  return {
    async search(question, options) {
      const { signal } = options;
      signal?.throwIfAborted();
      return raced(search(question, options), signal);
    },
    index: {
      get state() {
        return state;
      },
      onDidChange: changes.event,
      async follow() {
        isBegun = true;
        const where = await place();
        await call((remote) => remote.follow(where));
      },
      changed: (paths) => call((remote) => remote.changed(paths)),
      pause() {
        isPaused = true;
        return call((remote) => remote.pause());
      },
      resume() {
        isPaused = false;
        return call((remote) => remote.resume());
      },
    },
    async close() {
      isClosed = true;
      await raced(
        // What is being deleted is deleted whole.
        settling.then(() => call((remote) => remote.close())),
        AbortSignal.timeout(closingMs),
      ).catch(() => undefined);
      changes.dispose();
      await worker.close();
    },
  };
}
