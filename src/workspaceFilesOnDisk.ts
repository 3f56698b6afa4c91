/** The files of the workspace's folders, for tools: inside the folders, links resolved, and without what stays out. */
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CausewayError, fileMissing, fileStaysOut, pathRefused } from './core/errors.ts';
import { isSkippedFolder } from './core/grounding/fileRules.ts';
import type { Exclude } from './core/grounding/globs.ts';
import { type StaysOut, staysOutWords, whyStaysOut } from './core/grounding/staysOut.ts';
import type { OpenFile } from './core/ports.ts';
import type { WorkspaceFiles, WorkspacePlace } from './core/tools/workspace/sources.ts';
import { isConfinedPath } from './core/workspace/confinedPath.ts';
import { canonicalUri } from './core/workspace/uri.ts';
import { ignoredFiles } from './workers/ignoredFiles.ts';
import { isOpenedAt } from './workers/openedAt.ts';
import { isWithin } from './workers/within.ts';
import { readTextFile, rootLabels, shownRoot } from './workers/workspaceFiles.ts';

export interface Folders {
  /** Absolute paths of the workspace's folders, read anew each time. */
  roots(): readonly string[];
  /** What the editor's settings hide. */
  excludes(): readonly Exclude[];
  openFiles(): Promise<readonly OpenFile[]>;
}

interface Found extends WorkspacePlace {
  /** As it was named, links in it not resolved. */
  file: string;
  bytes: number;
}

export function workspaceFilesOnDisk(folders: Folders): WorkspaceFiles {
  const shownPath = (root: string, file: string): string => {
    const within = relative(root, file).split(sep).join('/');
    const label = shownRoot(root, folders.roots());
    return [label, within].filter((part) => part !== '').join('/');
  };

  /** Why each stays out, by all its names and what excludes it. */
  async function staysOut(found: readonly Found[]): Promise<(StaysOut | undefined)[]> {
    const roots = folders.roots();
    const reals = await Promise.all(roots.map((root) => realpath(root).catch(() => root)));
    const asked = found.flatMap(({ isFolder, file, real }) =>
      isFolder ? [`${file}${sep}`, `${real}${sep}`] : [file, real],
    );
    // What holds in a folder holds wherever a link to it leads.
    const excludes = folders.excludes().flatMap((one) => {
      const real = reals[roots.indexOf(one.below ?? '')];
      return real === undefined ? [one] : [one, { ...one, below: real }];
    });
    const ignored = await ignoredFiles(asked, [...roots, ...reals], excludes);
    return found.map((one, index) => {
      const realRoot = reals.find((root) => isWithin(root, one.real)) ?? '';
      const within = relative(realRoot, one.real).split(sep).join('/');
      // Of a folder, what is said of whatever lies in it.
      const names = [one.path, within].map((name) => (one.isFolder ? `${name}/_` : name));
      return whyStaysOut({
        path: names[0] ?? '',
        alsoCalled: names.slice(1),
        ignoredBy: ignored[2 * index] ?? ignored[2 * index + 1],
        ...(one.isFolder ? {} : { bytes: one.bytes }),
      });
    });
  }

  /** What is at a path, wherever its links lead within the workspace. */
  async function find(asked: string): Promise<Found> {
    const path = asked.replaceAll('\\', '/').replace(/\/+$/, '');
    if (path !== '' && path !== '.' && !isConfinedPath(asked)) throw pathRefused(asked);
    const roots = folders.roots();
    const labels = rootLabels(roots.map((root) => resolve(root)));
    for (const [index, root] of roots.entries()) {
      const [first = '', ...rest] = path.split('/');
      if (roots.length > 1 && first !== labels[index]) continue;
      const file = resolve(root, ...(roots.length > 1 ? rest : [first, ...rest]));
      const found = await foundAt(root, file);
      if (found) return found;
    }
    throw fileMissing(asked);
  }

  async function foundAt(root: string, file: string): Promise<Found | undefined> {
    const real = await realpath(file).catch(() => undefined);
    if (real === undefined) return undefined;
    const reals = await Promise.all(folders.roots().map((one) => realpath(one).catch(() => one)));
    const path = shownPath(root, file);
    if (!reals.some((one) => isWithin(one, real))) throw pathRefused(path);
    const state = await stat(real).catch(() => undefined);
    if (!state) return undefined;
    return {
      file,
      real,
      path,
      uri: pathToFileURL(file).href,
      isFolder: state.isDirectory(),
      bytes: state.size,
    };
  }

  const allowed = async (asked: string): Promise<Found> => unlessItStaysOut(await find(asked));

  async function unlessItStaysOut(found: Found): Promise<Found> {
    const [out] = await staysOut([found]);
    if (out) throw fileStaysOut(found.path, staysOutWords(out));
    return found;
  }

  /** Undefined where nothing is. Throws `path_refused` for what is not of this disk, too. */
  async function at(uri: string): Promise<Found | undefined> {
    let file: string;
    try {
      file = fileURLToPath(uri);
    } catch {
      // Another scheme, or another machine.
      throw pathRefused(uri);
    }
    const root = folders.roots().find((one) => isWithin(resolve(one), file));
    if (root === undefined) throw pathRefused(uri);
    return foundAt(root, file);
  }

  return {
    async place(asked) {
      const { uri, path, real, isFolder } = await allowed(asked);
      return { uri, path, real, isFolder };
    },
    async placeOf(asked) {
      const found = await at(asked);
      if (!found) throw fileMissing(asked);
      const { uri, path, real, isFolder } = await unlessItStaysOut(found);
      return { uri, path, real, isFolder };
    },
    async read(asked) {
      const { uri, path, real, isFolder } = await allowed(asked);
      if (isFolder) throw fileMissing(asked);
      const key = canonicalUri(uri);
      const open = (await folders.openFiles()).find((one) => canonicalUri(one.uri) === key);
      // By its real name: a link that was put there meanwhile, for the file or a folder above, is not followed.
      let isMoved = false;
      const isMeant = (descriptor: number) => {
        isMoved = !isOpenedAt(descriptor, real);
        return !isMoved;
      };
      const read = open === undefined ? readTextFile(real, isMeant) : undefined;
      if (isMoved) throw pathRefused(path);
      const text = open?.text ?? read?.text;
      const out =
        open?.staysOut ?? read?.staysOut ?? whyStaysOut({ path, ...(text === undefined ? {} : { text }) });
      if (out) throw fileStaysOut(path, staysOutWords(out));
      if (text === undefined)
        throw read === undefined ? fileMissing(asked) : fileStaysOut(path, 'It is empty.');
      return { uri, path, text };
    },
    async list(asked, { depth, most, signal }) {
      const roots = folders.roots();
      const path = asked.replace(/^\.?\/*$/, '');
      const above =
        path === '' && roots.length > 1
          ? await Promise.all(roots.map((root) => allowed(shownRoot(root, roots))))
          : [await allowed(path)];
      const paths: string[] = [];
      let level = above.map((one) => ({ ...one, left: depth }));
      if (level.some(({ isFolder }) => !isFolder)) throw fileMissing(asked);
      while (level.length > 0) {
        const next: typeof level = [];
        for (const folder of level) {
          signal.throwIfAborted();
          const children = await childrenOf(folder);
          const out = await staysOut(children);
          for (const [index, child] of children.entries()) {
            if (out[index]) continue;
            if (paths.length >= most) return { paths, more: true };
            paths.push(child.isFolder ? `${child.path}/` : child.path);
            if (child.isFolder && folder.left > 1) next.push({ ...child, left: folder.left - 1 });
          }
        }
        level = next;
      }
      return { paths, more: false };
    },
    async shown(uris) {
      const paths = await Promise.all(
        uris.map(async (uri) => {
          try {
            return await at(uri);
          } catch (error) {
            if (error instanceof CausewayError) return undefined;
            throw error;
          }
        }),
      );
      const found = paths.filter((one) => one !== undefined);
      const outOf = new Map((await staysOut(found)).map((out, index) => [found[index], out]));
      return paths.map((one) => (one === undefined || outOf.get(one) ? undefined : one.path));
    },
  };

  /** In order of their names. Links are passed over: what they lead to inside is listed where it is. */
  async function childrenOf(folder: Found): Promise<Found[]> {
    const entries = await readdir(folder.real, { withFileTypes: true }).catch(() => []);
    return entries
      .filter((entry) => (entry.isDirectory() && !isSkippedFolder(entry.name)) || entry.isFile())
      .sort((a, z) => (a.name < z.name ? -1 : 1))
      .map((entry) => ({
        file: join(folder.file, entry.name),
        real: join(folder.real, entry.name),
        path: folder.path === '' ? entry.name : `${folder.path}/${entry.name}`,
        uri: pathToFileURL(join(folder.file, entry.name)).href,
        isFolder: entry.isDirectory(),
        bytes: 0,
      }));
  }
}
