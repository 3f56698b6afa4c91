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
