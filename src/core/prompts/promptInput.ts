/** A prompt with its values as the input of a turn, and the answer by its schema. Pure. */
import { z } from 'zod';
import type { PromptSummary } from '../../protocol/prompts.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';
import * as errors from '../errors.ts';
import { issueWords } from '../issueWords.ts';
import { fillPrompt } from './fillPrompt.ts';
import { type Prompt, summaryOf } from './template.ts';

/** A prompt that is ready to be asked. */
export interface AskedPrompt {
  prompt: PromptSummary;
  turn: Omit<TurnInput, 'door'>;
  /** In seconds, as the file has it. */
  cache?: number;
  /** The answer as the value its schema asks for; undefined without a schema. Throws `prompt_output_invalid`. */
  output(answer: string): unknown;
}

/** Throws `prompt_input_invalid`. */
export const askedPrompt = (prompt: Prompt, values: unknown): AskedPrompt => ({
  prompt: summaryOf(prompt),
  turn: promptInput(prompt, values),
  ...(prompt.cache === undefined ? {} : { cache: prompt.cache }),
  output: (answer) => (prompt.output === undefined ? undefined : promptOutput(prompt, answer)),
});

function promptInput(prompt: Prompt, values: unknown): Omit<TurnInput, 'door'> {
  const { model, profile, grounding, output } = prompt;
  return {
    text: fillPrompt(prompt, values),
    ...(model === undefined ? {} : { model }),
    ...(profile === undefined ? {} : { profile }),
    ...(grounding === undefined ? {} : { grounding }),
    ...(output === undefined ? {} : { output }),
  };
}

/** The answer as the value its schema asks for. Throws `prompt_output_invalid`. */
export function promptOutput({ name, output }: Prompt, answer: string): unknown {
  const value = parsed(answer);
  if (value === undefined) throw errors.promptOutputInvalid(name, 'the answer', 'JSON');
  const fit = z.fromJSONSchema(output ?? true).safeParse(value);
  if (fit.success) return value;
  const { field, expected } = issueWords(fit.error, value, 'the answer');
  throw errors.promptOutputInvalid(name, field, expected);
}

/** Models that are only asked for JSON put it between fences now and then. */
function parsed(answer: string): unknown {
  const text = /^\s*```(?:json)?\s*\n([\s\S]*?)\n```\s*$/.exec(answer)?.[1] ?? answer;
  try {
    return JSON.parse(text);
  } catch {
    // It is no JSON; the caller says so.
    return undefined;
  }
}
