/** Errors of the bridge in the words of the wire that a program speaks. */
import { randomUUID } from 'node:crypto';
import type { CausewayError } from '../../core/errors.ts';
import { errorTypeOf, versionHeader, wireError } from '../../protocol/wires/anthropic.ts';
import { openAiError } from '../../protocol/wires/openai.ts';
import type { Exchange } from '../exchange.ts';
import { type BridgeResponse, errorResponse, statusOf } from '../http.ts';

export type ErrorShape = (error: CausewayError) => BridgeResponse & { body: string };

/** Ids of requests that upstream never saw; the name tells whom to ask. */
const newRequestId = (): string => `req_causeway_${randomUUID().replaceAll('-', '')}`;

/** As Anthropic's API: the SDKs read `type`, `error.type` and `request_id`. */
export const anthropicError: ErrorShape = (error) => {
  const requestId = newRequestId();
  const status = statusOf(error);
  const { headers } = errorResponse(error);
  return {
    status,
    headers: { ...headers, 'request-id': requestId },
    body: JSON.stringify(wireError(status, error.code, error.message, requestId)),
  };
};

/** As OpenAI's API. */
export const openAiErrorShape: ErrorShape = (error) => {
  const status = statusOf(error);
  const { headers } = errorResponse(error);
  return {
    status,
    headers: { ...headers, 'x-request-id': newRequestId() },
    body: JSON.stringify(openAiError(error.message, errorTypeOf(status), error.code)),
  };
};

const openAiPaths = /^\/v1\/(chat|responses|embeddings|completions)(\/|$)/;
/** Both wires have it; a version of Anthropic's tells whose client asks. */
const sharedPaths = /^\/v1\/models(\/|$)/;
const anthropicPaths = /^\/v1\/messages(\/|$)/;

/** The shape in which whoever sent this reads errors: that of the path, else of the headers, else our own. */
export function errorShapeOf({ path, request: { headers } }: Exchange): ErrorShape {
  if (openAiPaths.test(path)) return openAiErrorShape;
  if (anthropicPaths.test(path) || headers.has(versionHeader)) return anthropicError;
  return sharedPaths.test(path) ? openAiErrorShape : errorResponse;
}
