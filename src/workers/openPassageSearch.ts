/** Passage search as the main thread sees it. */
import { setImmediate } from 'node:timers/promises';
import type { Exclude } from '../core/grounding/globs.ts';
import { searchOpenFiles } from '../core/grounding/openFilesSearch.ts';
import { whyStaysOut } from '../core/grounding/staysOut.ts';
import type { Log, OpenFile, Passage, PassageSearch } from '../core/ports.ts';
import { isNotebookName } from '../core/workspace/notebook.ts';
import { LazyWorker } from './lazyWorker.ts';
import type { WorkspaceSearch } from './workspaceSearch.ts';

export interface ClosablePassageSearch extends PassageSearch {
  close(): Promise<void>;
}

interface Options {
  workerUrl: URL;
  /** Absolute paths of the workspace's folders, read anew for each question. */
  roots: () => readonly string[];
  openFiles: () => Promise<readonly OpenFile[]>;
  /** What the editor's settings hide, read anew for each question. */
  excludes?: () => readonly Exclude[];
  /** Git reads the settings of a repository, so it is asked about trusted ones only. */
  isTrusted: () => boolean;
  log: Log;
}

/**
 * Starts its worker with the first question. When the worker dies, only the open files are searched from then on,
 * and the log says so. A question whose signal aborts rejects with the signal's reason at once.
 */
export function openPassageSearch(options: Options): ClosablePassageSearch {
  const { log } = options;
  const worker = new LazyWorker<WorkspaceSearch>(options.workerUrl, (error) =>
    log.error('The workspace search ended. Only open files are searched until the next start.', error),
  );

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
        folders: options.roots(),
        openFiles,
        excludes: options.excludes?.() ?? [],
        mayAskGit: options.isTrusted(),
      };
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
    close: () => worker.close(),
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
