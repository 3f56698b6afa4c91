/** Errors of paths and of what is asked about a workspace; most of them are read by the model that asked. */
import { CausewayError } from './error.ts';

export const pathRefused = (path: string) =>
  new CausewayError(
    'path_refused',
    `${JSON.stringify(path.slice(0, 200))} leads out of the workspace, or may. Nothing was read. Give a path relative to the workspace, with forward slashes, such as src/app.ts.`,
    { status: 403 },
  );
export const fileMissing = (path: string) =>
  new CausewayError(
    'file_missing',
    `Nothing that can be read is at ${JSON.stringify(path.slice(0, 200))}. Look for it with list_files or search_workspace.`,
    { status: 404 },
  );
/** `why` is a sentence about the file. */
export const fileStaysOut = (path: string, why: string) =>
  new CausewayError(
    'file_stays_out',
    `${path} stays out of what is read. ${why} Only the user can send it.`,
    { status: 403 },
  );
export const historyUnavailable = (why: string) =>
  new CausewayError('history_unavailable', `The history cannot be read: ${why}. Go on without it.`, {
    status: 409,
  });
export const symbolNotThere = (symbol: string, path: string, line: number) =>
  new CausewayError(
    'symbol_not_there',
    `${JSON.stringify(symbol)} does not stand in line ${line} of ${path}. Read the file to see where it stands.`,
    { status: 404 },
  );
