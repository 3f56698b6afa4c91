/** A tree of files and the search over it, whose index is in a folder of its own. */
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type SearchEvent, type SearchPlace, WorkspaceSearch } from '../../src/workers/workspaceSearch.ts';

/** Both folders are made for each test of the suite that calls it, and deleted after it. */
export function indexedTree() {
  let folder = '';
  let indexFolder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'causeway-tree-'));
    indexFolder = await mkdtemp(path.join(tmpdir(), 'causeway-index-'));
  });
  afterEach(async () => {
    for (const one of [folder, indexFolder]) await rm(one, { recursive: true, force: true });
  });

  const at = (name: string) => path.join(folder, name);
  /** Written some time ago, so that the time of a file tells whether it is the same. */
  const write = async (files: Record<string, string>, secondsAgo = 60) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
      const then = new Date(Date.now() - secondsAgo * 1000);
      await utimes(at(name), then, then);
    }
  };
  const events: SearchEvent[] = [];
  beforeEach(() => void events.splice(0));
  const begin = (bounds = {}) =>
    new WorkspaceSearch(
      bounds,
      async () => undefined,
      (event) => void events.push(event),
    );
  const place = (more: Partial<SearchPlace> = {}): SearchPlace => ({
    folders: [folder],
    indexFolder,
    ...more,
  });
  const ask = async (search: WorkspaceSearch, question: string, more: Partial<SearchPlace> = {}) => {
    const result = await search.search({ ...place(more), question, limit: 10, openFiles: [] });
    return result.passages;
  };
  const paths = async (...args: Parameters<typeof ask>) => (await ask(...args)).map((one) => one.path).sort();
  const alive = async <T>(run: (search: WorkspaceSearch) => Promise<T>): Promise<T> => {
    const search = begin();
    const result = await run(search);
    await search.close();
    return result;
  };

  return {
    get indexFolder() {
      return indexFolder;
    },
    at,
    write,
    events,
    begin,
    place,
    ask,
    paths,
    alive,
  };
}
