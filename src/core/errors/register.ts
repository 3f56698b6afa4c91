/** Errors of the user's own database and folders. */
import { CausewayError } from './error.ts';

export const registerReadOnly = () =>
  new CausewayError(
    'register_read_only',
    'The list of workspaces and clients was written by a newer version of Causeway and opens read-only. Nothing was lost. Update Causeway to open new workspaces.',
    { action: 'reload', status: 409 },
  );
export const registerUnavailable = (cause: unknown) =>
  new CausewayError(
    'register_unavailable',
    'The list of workspaces and clients cannot be read or written. Your sessions are untouched. Check free disk space and permissions, then reload.',
    { action: 'reload', status: 503, cause },
  );
/** `damaged` is absent when the file was gone. */
export const registerRebuilt = (workspaces: number, damaged?: { clients: number; keptAs: string }) =>
  new CausewayError(
    'register_rebuilt',
    damaged
      ? `The list of workspaces and clients was damaged. ${workspaces} workspaces were recovered and sessions are untouched. Client tokens no longer work (${damaged.clients} were found); create new ones. The damaged file was kept as ${damaged.keptAs}.`
      : `The list of workspaces and clients was gone. ${workspaces} workspaces were found again and sessions are untouched. Client tokens no longer work; create new ones.`,
    { action: 'show_log' },
  );
export const stateFolderTooOpen = (folder: string, found: string, fix: string) =>
  new CausewayError(
    'state_folder_too_open',
    `The folder ${folder} is not private: ${found}. Nothing was read or stored there. Run: ${fix}`,
  );
