/**
 * The part of OpenAI's API that the bridge speaks.
 * Sources: https://platform.openai.com/docs/api-reference and the types of the `openai` package.
 */
import { z } from 'zod';

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
