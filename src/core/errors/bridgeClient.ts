/** What a program that calls the bridge is told. */
import { CausewayError } from './error.ts';

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
export const clientPending = () =>
  refused(
    'client_pending',
    403,
    'This is no token yet: the user has not let this program in. Poll GET /v1/clients/{pending} for the token.',
  );
export const clientRefused = () => refused('client_refused', 403, 'The user did not let this program in.');
export const askingClosed = () =>
  refused(
    'asking_closed',
    403,
    'Nobody would see here that a program asks to be let in. Have a token made: causeway clients add NAME --store URL.',
  );
export const askingUnknown = () =>
  refused(
    'asking_unknown',
    404,
    'Nothing waits under this id: it is not known, its token was fetched, or it waited too long. Ask again.',
  );
export const tooManyAsking = () =>
  refused(
    'too_many_asking',
    429,
    'Too many programs wait to be let in. Retry when the user has decided about some.',
    60_000,
  );
export const scopeMissing = (scope: string) =>
  refused('scope_missing', 403, `This client may not do that: its token lacks the scope ${scope}.`);
export const notOwnSession = () =>
  refused('not_own_session', 403, 'Only the client that made a session, and the user, can do that.');
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
export const keyReused = () =>
  refused(
    'idempotency_key_reused',
    422,
    'This Idempotency-Key came with another request before. Nothing was sent. Use a new key for a new request.',
  );
export const turnWithdrawn = () =>
  refused('turn_withdrawn', 409, 'The turn was taken back before it began. Nothing was sent.');
