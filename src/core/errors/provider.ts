/** Errors of the models that are asked. */
import { CausewayError } from './error.ts';

export const noApiKey = (provider = 'Claude') =>
  new CausewayError(
    'no_api_key',
    `No API key for ${provider} is set. Set one to get answers from ${provider}.`,
    { action: 'set_api_key', status: 401 },
  );
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
export const overloaded = (retryAfterMs?: number) =>
  new CausewayError('overloaded', 'The API is overloaded. What had arrived was kept. Retry in a while.', {
    action: 'retry',
    status: 529,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
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
/** A server on this machine that is asked for by its port, and nobody listens there. */
export const localServerUnreachable = (host: string, name: string) =>
  new CausewayError(
    'provider_unreachable',
    `Nothing answers at ${host}. Is ${name} running? Your input is kept. Start it, then retry.`,
    { action: 'retry', status: 502 },
  );
/** Something answers there, and not as such a server does. */
export const providerNotThere = (host: string) =>
  new CausewayError(
    'provider_not_there',
    `${host} has no chat completions at the configured base URL. Your input is kept. Correct the URL, which usually ends with /v1.`,
    { action: 'open_settings', status: 502 },
  );
/** The server answers, and not with one vector for each text. */
export const embeddingsUnusable = () =>
  new CausewayError('embeddings_unusable', 'What the server sent are no embeddings of what it was sent.', {
    action: 'open_settings',
    status: 502,
  });
/** `why` is the code of what went wrong, which the log has with its words. */
export const embeddingsFailed = (model: string, why: string) =>
  new CausewayError(
    'embeddings_failed',
    `Earlier turns could not be embedded by ${model} (${why}). Recall goes by its own word vectors until that works again. Check the setting and the server.`,
    { action: 'open_settings', status: 502 },
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
export const requestTooLarge = () =>
  new CausewayError(
    'request_too_large',
    'The request has more bytes than the server takes, also without the pictures and documents sent before. Nothing was lost. Send the input with fewer or smaller files.',
    { action: 'none', status: 413 },
  );
export const providerFailed = (status?: number, retryAfterMs?: number) =>
  new CausewayError(
    'provider_failed',
    `The API failed${status === undefined ? '' : ` with status ${status}`}. Your input is kept. Retry.`,
    { action: 'retry', status: 502, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  );
/** Following a redirect would carry the key to another host. */
export const providerRedirected = (host: string) =>
  new CausewayError(
    'provider_redirected',
    `${host} sent the request on to another address. It was not followed, because the API key would have gone along. Set the base URL to the final address.`,
    { action: 'open_settings', status: 502 },
  );
export const baseUrlInvalid = (provider = 'Claude') =>
  new CausewayError(
    'base_url_invalid',
    `The base URL for ${provider} is not an http or https address, so nothing was sent. Your input is kept. Correct it in the settings.`,
    { action: 'open_settings', status: 400 },
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
