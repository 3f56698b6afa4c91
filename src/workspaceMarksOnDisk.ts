/** What the folders of a workspace say of it to programs other than the editor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Such a file has comments and commas that JSON has not. A mark in a comment counts too: to send nothing is the side on
 * which to be wrong.
 */
const mark = /"causeway\.privacy\.localOnly"\s*:\s*true\b/;

/**
 * Whether the settings of one of the folders mark the workspace as local-only, or those of the file that describes it
 * (`workspaceFile`, where there is one on this disk).
 */
export const isMarkedLocalOnly = (roots: readonly string[], workspaceFile?: string): boolean =>
  [
    ...roots.map((root) => join(root, '.vscode', 'settings.json')),
    ...(workspaceFile === undefined ? [] : [workspaceFile]),
  ].some((file) => {
    try {
      return mark.test(readFileSync(file, 'utf8'));
    } catch {
      // Most folders have no settings of their own, and where one folder is open it is the workspace.
      return false;
    }
  });

/** How long what was read is taken for true, in ms: shorter than it takes to save a file and ask, and a busy bridge reads it twenty times a second instead of thousands. */
const validMs = 50;

/** Whether they mark it now, for who asks at each request. `monotonic` is in ms. */
export function localOnlyMark(
  roots: readonly string[],
  workspaceFile: string | undefined,
  monotonic: () => number,
): () => boolean {
  let isMarked = false;
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    const now = monotonic();
    if (now >= until) {
      isMarked = isMarkedLocalOnly(roots, workspaceFile);
      until = now + validMs;
    }
    return isMarked;
  };
}
