/** Passage search as the main thread sees it. */
import { setImmediate } from 'node:timers/promises';
import { Emitter } from '../base/emitter.ts';
import type { Remote } from '../base/rpc.ts';
import type { Exclude } from '../core/grounding/globs.ts';
import { searchOpenFiles } from '../core/grounding/openFilesSearch.ts';
import { whyStaysOut } from '../core/grounding/staysOut.ts';
import type { IndexControl, IndexState, Log, OpenFile, Passage, PassageSearch } from '../core/ports.ts';
import { isNotebookName } from '../core/workspace/notebook.ts';
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
  const worker = new LazyWorker<WorkspaceSearch>(
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
  const place = () => ({
    folders: options.roots(),
    excludes: options.excludes?.() ?? [],
    indexFolder: options.indexFolder,
    watch: options.watch,
  });
  /** A thread that is not there has nothing to be told. */
  const call = async (run: (remote: Remote<WorkspaceSearch>) => Promise<void>): Promise<void> => {
    if (!isBegun || !worker.isAlive) return;
    await worker.call(run).catch((error: unknown) => {
      if (worker.isAlive) log.error('The index of the workspace did not follow.', error);
    });
  };

  const search = async (question: string, limit: number): Promise<Passage[]> => {
    const all = await options.openFiles();
    const openFiles = all.filter(
      (file) =>
        // A notebook is open as its cells, whose lines are not those of its file, where a citation would look.
        !isNotebookName(file.path) &&
        file.staysOut === undefined &&
        whyStaysOut({ path: file.path, text: file.text }) === undefined,
    );
    try {
      const request = {
        question,
        limit,
        ...place(),
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
      return searchOpenFiles(question, limit, openFiles, () => setImmediate());
    }
  };

  return {
    async search(question, { limit, signal }) {
      signal?.throwIfAborted();
      return raced(search(question, limit), signal);
    },
    index: {
      get state() {
        return state;
      },
      onDidChange: changes.event,
      follow() {
        isBegun = true;
        return call((remote) => remote.follow(place()));
      },
      changed: (paths) => call((remote) => remote.changed(paths)),
      pause: () => call((remote) => remote.pause()),
      resume: () => call((remote) => remote.resume()),
    },
    async close() {
      await raced(
        call((remote) => remote.close()),
        AbortSignal.timeout(closingMs),
      ).catch(() => undefined);
      changes.dispose();
      await worker.close();
    },
  };
}

function raced<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return result;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
