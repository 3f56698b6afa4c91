/** What a program is told whose own call of a model could not be passed on, or broke off. */
import { CausewayError } from './error.ts';

const failed = (code: string, status: number, message: string) =>
  new CausewayError(code, message, { status, audience: 'client' });

export const upstreamUnreachable = (host: string) =>
  failed('upstream_unreachable', 502, `No connection to ${host}. Check the network, then retry.`);
export const upstreamBroke = (host: string) =>
  failed('upstream_broke', 502, `The connection to ${host} broke before the answer was whole. Retry.`);
/** Following a redirect would carry the key to another host. */
export const upstreamRedirected = (host: string) =>
  failed(
    'upstream_redirected',
    502,
    `${host} sent the request on to another address. It was not followed, because the API key would have gone along. Set the base URL to the final address.`,
  );
export const upstreamEncoded = (host: string) =>
  failed(
    'upstream_encoded',
    502,
    `${host} compressed its answer, though it was asked not to, so that it cannot be read.`,
  );
export const upstreamTooLarge = (host: string) =>
  failed('upstream_too_large', 502, `${host} sent more at once than the bridge takes.`);
export const upstreamUnreadable = (host: string) =>
  failed('upstream_unreadable', 502, `${host} sent what is no answer of its API.`);
export const upstreamSilent = (seconds: number) =>
  failed('upstream_silent', 504, `Nothing came for ${seconds} seconds, so the request was ended. Retry.`);
export const upstreamTruncated = () =>
  failed('upstream_truncated', 502, 'The stream ended before the answer did. It is not whole. Retry.');
export const clientGone = () => failed('client_gone', 499, 'The client went away.');
/** The editor's own models have no API that could be passed on, and the offline mode is no model. */
export const notRelayed = (provider: string) =>
  failed(
    'not_relayed',
    400,
    `Models of ${provider} answer in sessions alone. Ask for one with the header X-Causeway-Session, or name another model.`,
  );
/** `provider` is whom the request names, or who said that it has none. */
export const noEmbeddings = (provider?: string) =>
  failed(
    'no_embeddings',
    404,
    provider === undefined
      ? 'No server is set that turns texts into numbers. Set an OpenAI-compatible one that does, in causeway.providers.'
      : `${provider} turns no texts into numbers. Name a model of a server that does, as PROVIDER/MODEL.`,
  );
