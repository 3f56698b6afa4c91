import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is a folder's or lies in it; both are absolute, and links in them are resolved already. */
export function isWithin(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
