/**
 * Every error a user can see: one named constructor each, with a stable code, the words, and what helps.
 * The words say what happened, whether anything was lost, and what to do. No secret is ever put in them.
 */
import type { ErrorAction, ErrorInfo } from '../protocol/errors.ts';

/** Who the words are for: a person at the panel, or the author of a program at the bridge. */
export type Audience = 'user' | 'client';

interface Details {
  action?: ErrorAction;
  audience?: Audience;
  /** Status the bridge answers with. */
  status?: number;
  retryAfterMs?: number;
  cause?: unknown;
}

export class CausewayError extends Error {
  readonly code: string;
  readonly action: ErrorAction;
  readonly audience: Audience;
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CausewayError';
    this.code = code;
    this.action = details.action ?? 'none';
    this.audience = details.audience ?? 'user';
    this.status = details.status ?? 500;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The form in which an error crosses a channel or is stored. Unknown errors keep no message of their own. */
export function toErrorInfo(error: unknown): ErrorInfo {
  const known = error instanceof CausewayError ? error : unexpected(error);
  return {
    code: known.code,
    message: known.message,
    action: known.action,
    ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
  };
}

export const fromErrorInfo = (info: ErrorInfo): CausewayError =>
  new CausewayError(info.code, info.message, {
    action: info.action,
    ...(info.retryAfterMs === undefined ? {} : { retryAfterMs: info.retryAfterMs }),
  });

export const unexpected = (cause: unknown) =>
  new CausewayError(
    'unexpected',
    'Something in Causeway failed. What was stored is safe. The log has the details.',
    {
      action: 'show_log',
      cause,
    },
  );

/** Names the field, the value that came and what would be right. */
export const invalidInput = (field: string, value: string, expected: string) =>
  new CausewayError('invalid_input', `${field}: got ${value}; expected ${expected}. Nothing was changed.`, {
    status: 400,
    audience: 'client',
  });

export const notFound = (what: string, id: string) =>
  new CausewayError('not_found', `No ${what} with the id ${id} is here.`, {
    status: 404,
    audience: 'client',
  });

// Sessions and the store

export const storeReadOnly = () =>
  new CausewayError(
    'store_read_only',
    'These sessions were written by a newer version of Causeway and open read-only. Nothing was lost. Update Causeway to continue them.',
    { action: 'reload', status: 409 },
  );
export const storeLocked = () =>
  new CausewayError(
    'store_locked',
    'These sessions are encrypted and their key is not in the keyring. Nothing was lost. Restore the keyring, then reload.',
    { action: 'reload', status: 409 },
  );
export const storeSalvaged = (salvaged: number, keptAs: string) =>
  new CausewayError(
    'store_salvaged',
    `The session database could not be read in full. ${salvaged} entries were recovered; the damaged file was kept as ${keptAs}.`,
    { action: 'show_log' },
  );
export const rowDamaged = (sessionId: string) =>
  new CausewayError(
    'row_damaged',
    `One entry of the session ${sessionId} cannot be read. It was left as it is; everything else can be used.`,
    { action: 'show_log' },
  );
export const storeUnavailable = (cause: unknown) =>
  new CausewayError(
    'store_unavailable',
    'The session store cannot be written. Your input was not sent and is still in the input box. Check free disk space, then retry.',
    { action: 'retry', status: 503, cause },
  );
export const leaseLost = () =>
  new CausewayError(
    'lease_lost',
    'Another window closed this turn as interrupted. What had arrived was kept. Continue or retry.',
    { action: 'retry', status: 409 },
  );
export const importInvalid = (line: number, why: string) =>
  new CausewayError(
    'import_invalid',
    `Line ${line} of the import is not an entry: ${why}. Nothing was imported.`,
    {
      status: 400,
    },
  );

// The user's own database and folders

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

// Turns and context

export const inputTooLarge = (tokens: number, budget: number) =>
  new CausewayError(
    'input_too_large',
    `The input has about ${tokens} tokens; this model takes at most ${budget} here. Nothing was sent. Shorten it or choose a model with a larger window.`,
    { action: 'choose_model', status: 413 },
  );
export const emptyInput = () =>
  new CausewayError('empty_input', 'The input is empty. Type a question, then send it.', { status: 400 });
export const interrupted = () =>
  new CausewayError(
    'interrupted',
    'This answer was cut off when its window closed. What had arrived was kept. Continue or retry.',
    { action: 'retry' },
  );
export const stoppedByUser = () => new CausewayError('stopped', 'Stopped.', { action: 'none' });

// Providers

export const noApiKey = () =>
  new CausewayError('no_api_key', 'No API key for Claude is set. Set one to get answers from Claude.', {
    action: 'set_api_key',
    status: 401,
  });
export const apiKeyRejected = () =>
  new CausewayError(
    'api_key_rejected',
    'The API key was rejected. Your input is kept. Set another key, then retry.',
    {
      action: 'set_api_key',
      status: 401,
    },
  );
export const permissionDenied = () =>
  new CausewayError(
    'permission_denied',
    'This API key may not use that model. Choose another model or key.',
    {
      action: 'choose_model',
      status: 403,
    },
  );
export const billingProblem = () =>
  new CausewayError(
    'billing',
    'The API account has a billing problem. Your input is kept. Check the account, then retry.',
    {
      action: 'retry',
      status: 402,
    },
  );
export const modelNotFound = (model: string) =>
  new CausewayError('model_not_found', `The model ${model} is not known there. Choose another model.`, {
    action: 'choose_model',
    status: 404,
  });
export const rateLimited = (retryAfterMs?: number) =>
  new CausewayError(
    'rate_limited',
    'The API limits requests just now. Your input is kept. Retry in a while.',
    {
      action: 'retry',
      status: 429,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
  );
export const overloaded = () =>
  new CausewayError('overloaded', 'The API is overloaded. What had arrived was kept. Retry in a while.', {
    action: 'retry',
    status: 529,
  });
export const providerUnreachable = (host: string) =>
  new CausewayError(
    'provider_unreachable',
    `No connection to ${host}. Your input is kept. Check the network, then retry.`,
    {
      action: 'retry',
      status: 502,
    },
  );
export const providerRefusedRequest = (message: string) =>
  new CausewayError('provider_invalid_request', `The API did not accept the request: ${message}`, {
    action: 'show_log',
    status: 400,
  });
export const promptTooLong = (tokens?: number, window?: number) =>
  new CausewayError(
    'prompt_too_long',
    tokens === undefined || window === undefined
      ? 'The request is longer than the model takes. Nothing was lost. Start a new session or choose a larger model.'
      : `The request has ${tokens} tokens; the model takes ${window}. Nothing was lost. Start a new session or choose a larger model.`,
    { action: 'new_session', status: 413 },
  );
export const providerFailed = (status?: number) =>
  new CausewayError(
    'provider_failed',
    `The API failed${status === undefined ? '' : ` with status ${status}`}. Your input is kept. Retry.`,
    { action: 'retry', status: 502 },
  );
/** A stream that ends without its last event is a failure, whatever the SDK says. */
export const streamTruncated = () =>
  new CausewayError(
    'stream_truncated',
    'The answer broke off before its end. What had arrived was kept. Retry or continue.',
    {
      action: 'retry',
      status: 502,
    },
  );
export const streamStalled = (seconds: number) =>
  new CausewayError(
    'stream_stalled',
    `Nothing came for ${seconds} seconds, so the request was ended. What had arrived was kept. Retry or continue.`,
    { action: 'retry', status: 504 },
  );

// Workspace and trust

export const keyringFailed = () =>
  new CausewayError(
    'keyring_failed',
    'The keyring of this system cannot be used. Nothing was lost. Set the API key for this window, or set ANTHROPIC_API_KEY where the editor is started.',
    { action: 'set_api_key', status: 500 },
  );
export const editOutdated = (path: string) =>
  new CausewayError(
    'edit_outdated',
    `${path} has changed since this edit was proposed, so nothing was written. Ask for it again.`,
    { status: 409 },
  );
export const editNotWritten = (path: string) =>
  new CausewayError(
    'edit_not_written',
    `${path} could not be changed. Nothing was written; the proposal is kept.`,
    {
      action: 'show_log',
    },
  );
export const editNotSaved = (path: string) =>
  new CausewayError(
    'edit_not_saved',
    `The edit is in ${path}, but the file could not be saved. Save it yourself, or undo the edit.`,
  );
export const noProposal = () =>
  new CausewayError('no_proposal', 'No proposed edit is shown. Open its diff, then try again.');
export const noEdit = () =>
  new CausewayError('no_edit', 'The answer has no code that could be applied here. Nothing was changed.');
export const outsideWorkspace = (path: string) =>
  new CausewayError(
    'outside_workspace',
    `${path} is not in this workspace, so it was not opened or changed. Open its folder first.`,
    { status: 403 },
  );
export const noEditor = () =>
  new CausewayError('no_editor', 'No file is open in an editor. Open one, then try again.');
export const noSelection = () =>
  new CausewayError('no_selection', 'Nothing is selected. Select the code this is about, then try again.');
export const nothingToCommit = () =>
  new CausewayError('nothing_to_commit', 'There are no changes to write a commit message for.');
export const noRepository = () =>
  new CausewayError('no_repository', 'No git repository is open here. Open one, then try again.');
export const attachmentUnusable = (path: string, why: string) =>
  new CausewayError('attachment_unusable', `${path} was not attached: ${why}.`, { status: 400 });
export const modelNeeded = () =>
  new CausewayError('model_needed', 'This needs a model, and none is set. Set an API key, then try again.', {
    action: 'set_api_key',
    status: 409,
  });

export const restrictedMode = () =>
  new CausewayError(
    'restricted_mode',
    'This workspace is not trusted, so nothing is sent to a model. Answers are quotes from your files.',
    { action: 'trust_workspace', status: 403 },
  );

// Bridge: what a program that calls it is told

const refused = (code: string, status: number, message: string, retryAfterMs?: number) =>
  new CausewayError(code, message, {
    status,
    audience: 'client',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

export const hostNotAllowed = () =>
  refused('host_not_allowed', 403, 'The Host header must name 127.0.0.1, localhost or [::1] and this port.');
export const originNotAllowed = () =>
  refused('origin_not_allowed', 403, 'The bridge does not answer web pages. Call it from a program instead.');
export const upgradeRefused = () =>
  refused('upgrade_refused', 400, 'The bridge has no WebSockets. Streams are server-sent events over HTTP.');
export const badRequest = (why: string) => refused('bad_request', 400, why);
export const tokenMissing = () =>
  refused(
    'token_missing',
    401,
    'Send a client token as Authorization: Bearer TOKEN. The command Create client token makes one.',
  );
export const tokenUnknown = () =>
  refused('token_unknown', 401, 'This token is not known or was revoked. Create a new client token.');
export const scopeMissing = (scope: string) =>
  refused('scope_missing', 403, `This client may not do that: its token lacks the scope ${scope}.`);
export const noRoute = (path: string) => refused('no_route', 404, `The bridge has nothing at ${path}.`);
export const methodNotAllowed = (method: string, allowed: string) =>
  refused('method_not_allowed', 405, `${method} is not possible here; possible is ${allowed}.`);
export const mediaTypeRefused = () =>
  refused('media_type_refused', 415, 'Send the body as JSON, with Content-Type: application/json.');
export const contentEncodingRefused = () =>
  refused('content_encoding_refused', 415, 'Send the body as it is, without Content-Encoding.');
export const bodyTooLarge = (limit: number) =>
  refused(
    'body_too_large',
    413,
    `The body is larger than ${Math.floor(limit / 1024 / 1024)} MB. Nothing was stored.`,
  );
export const bodyNotJson = (why: string) =>
  refused('body_not_json', 400, `The body is not JSON: ${why}. Nothing was stored.`);
export const bodyTooDeep = (limit: number) =>
  refused('body_too_deep', 400, `The body nests deeper than ${limit} levels. Nothing was stored.`);
export const bridgeBusy = () =>
  refused('bridge_busy', 503, 'The bridge has too much in hand just now. Nothing was stored. Retry.', 1000);
export const workspaceNotOpen = (workspace: string) =>
  refused(
    'workspace_not_open',
    404,
    `No window has the workspace ${workspace} open. Open it, or run causeway serve in its folder.`,
  );
export const workspaceNotAllowed = () =>
  refused('workspace_not_allowed', 403, 'This token is for another workspace.');
export const workspaceUnreachable = () =>
  refused(
    'workspace_unreachable',
    502,
    'The window with this workspace did not answer. Retry; if it goes on, reload that window.',
  );
export const turnWithdrawn = () =>
  refused('turn_withdrawn', 409, 'The turn was taken back before it began. Nothing was sent.');
export const clientTooSlow = () =>
  refused('client_too_slow', 503, 'The events were not read, so the stream was closed.');

// Bridge: what its user is told

export const portInvalid = (value: string) =>
  new CausewayError(
    'port_invalid',
    `${value} is not a TCP port (0–65535), so the bridge was not started. Use 61900.`,
    { action: 'open_settings' },
  );
export const portOutOfRange = (port: number) =>
  new CausewayError(
    'port_out_of_range',
    `Port ${port} cannot be used: the bridge takes 1024–65535. It was not started. Use 61900.`,
    { action: 'open_settings' },
  );
export const portForbidden = (port: number) =>
  new CausewayError(
    'port_forbidden',
    `This system does not let Causeway use port ${port}. It may be reserved. Choose another port in the settings.`,
    { action: 'open_settings' },
  );
export const portTaken = (port: number) =>
  new CausewayError(
    'port_taken',
    `Another program is using port ${port}. No token was sent to it. End that program, or choose another port in the settings.`,
    { action: 'open_settings' },
  );
export const bridgeHostRefused = (host: string) =>
  new CausewayError(
    'bridge_host_refused',
    `The bridge listens on this machine only, so it was not started on ${host}. Remove the host setting.`,
    { action: 'open_settings' },
  );
export const loopbackMissing = () =>
  new CausewayError(
    'loopback_missing',
    'This system has no loopback address the bridge could use, so it was not started.',
    { action: 'show_log' },
  );
export const folderTooOpen = (folder: string) =>
  new CausewayError(
    'folder_too_open',
    `Others on this machine can read ${folder}, where the bridge keeps its start token. It was not started. Run chmod 700 on it.`,
    { action: 'show_log' },
  );

/** How errors cross between threads. */
export const errorCodec = {
  encode: toErrorInfo,
  decode: fromErrorInfo,
};
