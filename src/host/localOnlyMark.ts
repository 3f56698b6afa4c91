/** Where a window can be marked as local-only. Pure. */

/** What the user, the workspace file and one folder say, as the editor's `inspect` gives it. */
interface Inspected {
  globalValue?: unknown;
  workspaceValue?: unknown;
  workspaceFolderValue?: unknown;
}

/**
 * Once marked is marked: what a repository brings along may close what the user left open, and never the reverse. An
 * answer stands on all folders of a window, so that the mark of one of them holds for the window. `inspect` is asked
 * without a folder too, since a window may have none.
 */
export const isMarkedIn = <F>(
  folders: readonly F[],
  inspect: (folder: F | undefined) => Inspected | undefined,
): boolean =>
  [undefined, ...folders].some((folder) => {
    const { globalValue, workspaceValue, workspaceFolderValue } = inspect(folder) ?? {};
    return [globalValue, workspaceValue, workspaceFolderValue].includes(true);
  });
