/** What excludes single files, such as those that are open in editors: by the rules by which a walk passes them over. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Exclude, excluder } from '../core/grounding/globs.ts';
import type { IgnoredBy } from '../core/grounding/staysOut.ts';
import { GitIgnore } from './gitignore.ts';

/**
 * One answer for each file, in order; undefined for a file that nothing excludes, or that lies outside the roots. A file
 * is excluded with its folder, whatever is said of the file itself. All paths are absolute; one that ends with a
 * separator is a folder's.
 */
export async function ignoredFiles(
  files: readonly string[],
  roots: readonly string[],
  excludes: readonly Exclude[],
): Promise<(IgnoredBy | undefined)[]> {
  const rulesIn = new Map<string, Promise<GitIgnore>>();
  const excluders = new Map(
    roots.map((root) => path.resolve(root)).map((root) => [root, excluder(excludesBelow(root, excludes))]),
  );
  return Promise.all(
    files.map(async (file) => {
      // Folders of a window may lie in one another; what the inner one says holds there.
      const root = roots
        .map((one) => path.resolve(one))
        .filter((one) => isWithin(one, file))
        .sort((a, z) => z.length - a.length)[0];
      if (root === undefined) return undefined;
      const hiddenBy = excluders.get(root);
      const parts = path.relative(root, file).split(path.sep);
      let folder = root;
      let rules = await known(rulesIn, folder, () => GitIgnore.at(folder));
      for (const [index, part] of parts.entries()) {
        const at = path.join(folder, part);
        const isLast = index === parts.length - 1;
        const isFolder = !isLast || file.endsWith(path.sep);
        const shown = parts.slice(0, index + 1).join('/');
        const beside = path.dirname(at);
        const by =
          rules.ignoredBy(at, isFolder) ?? hiddenBy?.(shown, (name) => existsSync(path.join(beside, name)));
        if (by !== undefined) return by;
        if (isLast) break;
        const above = rules;
        folder = at;
        rules = await known(rulesIn, folder, () => above.within(at));
      }
      return undefined;
    }),
  );
}

/** Those that hold in a folder, whose path is resolved. */
export const excludesBelow = (root: string, excludes: readonly Exclude[]): Exclude[] =>
  excludes.filter(({ below }) => below === undefined || path.resolve(below) === root);

const isWithin = (root: string, file: string): boolean => {
  const way = path.relative(root, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
};

/** Files of one folder share what was read for the first of them. */
function known<T>(map: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const reading = map.get(key) ?? read();
  map.set(key, reading);
  return reading;
}
