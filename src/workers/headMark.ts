/** What a repository says without git of the commit that is checked out, so that git is asked only after a change. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Another text whenever another commit is checked out; undefined where only git can tell. Reads a handful of small files,
 * and holds the thread for them.
 */
export function headMark(folder: string): string | undefined {
  const own = gitFolderOf(folder);
  if (own === undefined) return undefined;
  const head = textOf(path.join(own, 'HEAD'))?.trim();
  const name = /^ref: (refs\/[^\0]+)$/.exec(head ?? '')?.[1];
  if (name === undefined) return head;
  const linked = textOf(path.join(own, 'commondir'))?.trim();
  const common = linked === undefined ? own : path.resolve(own, linked);
  // Refs that are kept in tables are in no files of their own.
  if (textOf(path.join(common, 'config'))?.includes('reftable')) return undefined;
  return [head, textOf(path.join(common, name)), stateOf(path.join(common, 'packed-refs'))].join('\n');
}

/** A work tree that is not the first one has a file that says where its folder is. */
function gitFolderOf(folder: string): string | undefined {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const place = path.join(at, '.git');
    if (stateOf(path.join(place, 'HEAD')) !== undefined) return place;
    const elsewhere = /^gitdir: (.+)$/m.exec(textOf(place) ?? '')?.[1];
    if (elsewhere !== undefined) return path.resolve(at, elsewhere.trim());
    if (path.dirname(at) === at) return undefined;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function stateOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.size} ${stat.mtimeMs}`;
}
