/** A single file that was changed, by the rules by which a walk finds it. */
import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { isSkippedFolder } from '../../core/grounding/fileRules.ts';
import { whyStaysOut } from '../../core/grounding/staysOut.ts';
import { ignoredFiles } from '../ignoredFiles.ts';
import { type FoundFile, shownRoot } from '../workspaceFiles.ts';
import type { Place } from './workspaceIndex.ts';

/**
 * `other`: it may be several files, or change which files are found. `gone`: there is no such file, or it stays out.
 */
export type Changed = { kind: 'file'; found: FoundFile } | { kind: 'gone' } | { kind: 'other' };

const ruleFiles = new Set(['.gitignore', '.causewayignore', 'exclude']);

export async function lookAt(file: string, { folders, excludes }: Place): Promise<Changed> {
  if (ruleFiles.has(path.basename(file))) return { kind: 'other' };
  const root = folders.map((folder) => path.resolve(folder)).find((folder) => isWithin(folder, file));
  if (root === undefined) return { kind: 'gone' };
  const inRoot = path.relative(root, file).split(path.sep);
  if (inRoot.slice(0, -1).some(isSkippedFolder)) return { kind: 'gone' };
  try {
    const stat = lstatSync(file);
    if (stat.isDirectory()) {
      if (isSkippedFolder(path.basename(file))) return { kind: 'gone' };
      const [by] = await ignoredFiles([`${file}${path.sep}`], [root], excludes);
      return by === undefined ? { kind: 'other' } : { kind: 'gone' };
    }
    // A walk does not follow links, so neither are they followed here.
    const folder = path.dirname(file);
    if (!stat.isFile() || realpathSync(folder) !== path.join(realpathSync(root), ...inRoot.slice(0, -1)))
      return { kind: 'gone' };
  } catch {
    return { kind: 'gone' };
  }
  const shown = shownRoot(root, folders);
  const shownPath = [...(shown === '' ? [] : [shown]), ...inRoot].join('/');
  const [ignoredBy] = await ignoredFiles([file], [root], excludes);
  if (whyStaysOut({ path: shownPath, ignoredBy })) return { kind: 'gone' };
  return { kind: 'file', found: { file, path: shownPath } };
}

const isWithin = (root: string, file: string): boolean => {
  const way = path.relative(root, file);
  return way !== '' && way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
};
