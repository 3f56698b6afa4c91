/**
 * The part of OpenAI's API that the bridge speaks.
 * Sources: https://platform.openai.com/docs/api-reference and the types of the `openai` package.
 */
import { z } from 'zod';
import type { Usage } from '../content.ts';

/** One of Anthropic's models, as far as OpenAI's list tells of a model. */
export const listedModel = z.object({ id: z.string(), created_at: z.string() });
export const listedModels = z.object({ data: z.array(listedModel) });

export interface OpenAiModel {
  id: string;
  object: 'model';
  /** Seconds since the epoch. */
  created: number;
  owned_by: string;
}

export function openAiModel({ id, created_at }: z.infer<typeof listedModel>): OpenAiModel {
  const created = Date.parse(created_at);
  return {
    id,
    object: 'model',
    created: Number.isNaN(created) ? 0 : Math.floor(created / 1000),
    owned_by: 'anthropic',
  };
}

/** A model of another server, which tells too seldom when it was made. */
export const serverModel = (id: string, owner: string): OpenAiModel => ({
  id,
  object: 'model',
  created: 0,
  owned_by: owner,
});

/** An error as Anthropic's API words it, as far as it is there. */
export const anthropicErrorBody = z.object({
  error: z.object({ type: z.string(), message: z.string() }),
});

export interface OpenAiError {
  error: { message: string; type: string; param: null; code: string | null };
}

export const openAiError = (message: string, type: string, code: string | null): OpenAiError => ({
  error: { message, type, param: null, code },
});

const words = z.string().nullish().catch(undefined);
const told = z.object({ message: words, type: words, code: z.unknown().optional() });
/** An error as a server of OpenAI's wire words it; a few send words alone, or the error as the whole body. */
export const openAiErrorBody = z
  .looseObject({ error: z.union([z.string(), told]).nullish().catch(undefined), message: words })
  .transform(({ error, message }) => ({
    message: (typeof error === 'string' ? error : error?.message) ?? message ?? undefined,
    type: typeof error === 'object' ? (error?.type ?? undefined) : undefined,
    code: typeof error === 'object' && typeof error?.code === 'string' ? error.code : null,
  }));

/** Counts of a chat completion, of which any may be missing. */
const chatCount = z.number().int().nonnegative().nullish().catch(undefined);
export const chatUsageShape = z.object({
  prompt_tokens: chatCount,
  completion_tokens: chatCount,
  prompt_tokens_details: z.object({ cached_tokens: chatCount }).nullish().catch(undefined),
});

/** Undefined where it counts nothing. */
export function usageOfChat(value: unknown): Usage | undefined {
  const {
    prompt_tokens: prompt,
    completion_tokens: output,
    ...more
  } = chatUsageShape.safeParse(value).data ?? {};
  if (prompt == null && output == null) return undefined;
  const cached = Math.min(more.prompt_tokens_details?.cached_tokens ?? 0, prompt ?? 0);
  return {
    inputTokens: (prompt ?? 0) - cached,
    outputTokens: output ?? 0,
    cacheCreationTokens: 0,
    cacheReadTokens: cached,
  };
}
