/** From an error of an OpenAI-compatible server to what the user is told. */
import { z } from 'zod';
import * as errors from '../../errors.ts';

/** The parts of an SDK error that decide what the user is told. Its message may quote the request, so it is cut. */
export interface ChatFailure {
  status?: number | undefined;
  code?: string | undefined;
  type?: string | undefined;
  /** The server's own words; empty where its body is no error of this API. */
  message: string;
  retryAfterMs?: number | undefined;
}

/** Longest part of the server's own words that is shown. */
const shownLength = 300;

/**
 * How servers say that a prompt is too long, each with its tokens and the model's limit where it names them: OpenAI and
 * vLLM, Mistral, Gemini, llama.cpp, LM Studio, and Anthropic behind a gateway.
 */
const tooLong: { words: RegExp; limitFirst?: true }[] = [
  {
    words:
      /maximum context length (?:is|of) (\d+) tokens[\s\S]*?(?:resulted in|requested|contains|has)(?: about)? (\d+)/i,
    limitFirst: true,
  },
  { words: /prompt contains (\d+) tokens[\s\S]*?(\d+) maximum context length/i },
  { words: /input token count \(?(\d+)\)? exceeds the maximum number of tokens allowed \(?(\d+)\)?/i },
  { words: /prompt is too long:? (\d+) tokens? > (\d+)/i },
  { words: /request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)/i },
  {
    words:
      /maximum context length|exceeds? the (?:available )?context (?:size|length|window)|context length exceeded|context the overflows|prompt is too long/i,
  },
];
const tooLongCodes: readonly (string | undefined)[] = [
  'context_length_exceeded',
  'exceed_context_size_error',
  'string_above_max_length',
];

const rejectedKey =
  /(?:invalid|incorrect|not valid|malformed)[^.]*api[ _-]?key|api[ _-]?key[^.]*(?:invalid|incorrect|not valid)/i;

export function chatError(failure: ChatFailure, model: string, host: string): errors.CausewayError {
  const { status, code, type, message, retryAfterMs } = failure;
  const long = lengthOf(failure);
  if (long) return errors.promptTooLong(...long);
  if (code === 'insufficient_quota' || status === 402) return errors.billingProblem();
  if (code === 'model_not_found') return errors.modelNotFound(model);
  if (status === 401 || code === 'invalid_api_key') return errors.apiKeyRejected();
  if (status === 400 && rejectedKey.test(message)) return errors.apiKeyRejected();
  if (code === 'rate_limit_exceeded' || type === 'rate_limit_error') return errors.rateLimited(retryAfterMs);
  switch (status) {
    case 403:
      return errors.permissionDenied();
    case 404:
      // Where the words are not of this API, it is the address that is wrong.
      return message === '' ? errors.providerNotThere(host) : errors.modelNotFound(model);
    case 405:
      return errors.providerNotThere(host);
    case 413:
      return errors.requestTooLarge();
    case 429:
      return errors.rateLimited(retryAfterMs);
    case 503:
    case 529:
      return errors.overloaded(retryAfterMs);
    case 400:
    case 422:
      return errors.providerRefusedRequest(message.slice(0, shownLength));
    default:
      return errors.providerFailed(status, retryAfterMs);
  }
}

/** Tokens of the prompt and the limit, none where they are not told; undefined for an error of another kind. */
function lengthOf({ status, code, type, message }: ChatFailure): [] | [number, number] | undefined {
  // A limit of tokens a minute is told in similar words, and passes.
  if (status === 429) return undefined;
  for (const { words, limitFirst } of tooLong) {
    const found = words.exec(message);
    if (!found) continue;
    const [first, second] = [Number(found[1]), Number(found[2])];
    if (Number.isNaN(first) || Number.isNaN(second)) return [];
    return limitFirst ? [second, first] : [first, second];
  }
  return tooLongCodes.includes(code) || tooLongCodes.includes(type) ? [] : undefined;
}

const words = z.string().nullish().catch(undefined);
const told = z.object({
  message: words,
  type: words,
  /** A number with Gemini and OpenRouter. */
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
});

/** Of the value under `error`, which a few servers send as words alone, or as the whole body. */
export function toldError(value: unknown): {
  message: string;
  code?: string;
  type?: string;
  status?: number;
} {
  if (typeof value === 'string') return { message: value };
  const parsed = told.safeParse(Array.isArray(value) ? value[0] : value);
  if (!parsed.success) return { message: '' };
  const { message, type, code } = parsed.data;
  return {
    message: message ?? '',
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof code === 'number' && code >= 400 && code < 600 ? { status: code } : {}),
    ...(type ? { type } : {}),
  };
}
