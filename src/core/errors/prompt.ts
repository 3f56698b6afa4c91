/** Errors of prompts, each said by the name of its file or of the prompt. */
import type { PromptFile } from '../ports.ts';
import { CausewayError } from './error.ts';

const where: Record<PromptFile['place'], string> = {
  user: 'your prompts',
  workspace: '.causeway/prompts',
  github: '.github/prompts',
};

export const promptInvalid = (
  file: string,
  place: PromptFile['place'],
  field: string,
  got: string,
  expected: string,
) =>
  new CausewayError(
    'prompt_invalid',
    `The prompt ${file} in ${where[place]} is not used: ${field}: got ${got}; expected ${expected}. The other prompts work.`,
    { status: 400 },
  );

export const promptDoubled = (name: string, version: number) =>
  new CausewayError(
    'prompt_doubled',
    `More than one prompt is named “${name}” with version ${version}. Yours comes first, then that of .causeway/prompts; give the other a version or a name of its own.`,
    { status: 409 },
  );

export const promptShadowed = (name: string) =>
  new CausewayError(
    'prompt_shadowed',
    `The prompt “${name}” of this workspace is not used: your own prompt of that name wins. Rename the file to use both.`,
    { status: 409 },
  );

export const promptLimited = (name: string, left: readonly string[]) =>
  new CausewayError(
    'prompt_limited',
    `The prompt “${name}” of this workspace is used without ${left.join(', ')}: what costs money or opens files is yours to choose. Copy the file to your own prompts to allow it.`,
    { status: 403 },
  );

export const promptNotFound = (name: string, version: number | undefined, known: readonly string[]) =>
  new CausewayError(
    'prompt_not_found',
    `No prompt is named “${name}”${version === undefined ? '' : ` with version ${version}`}. ${
      known.length === 0 ? 'There are none.' : `There are: ${known.join(', ')}.`
    }`,
    { status: 404 },
  );

export const promptInputInvalid = (name: string, field: string, got: string, expected: string) =>
  new CausewayError(
    'prompt_input_invalid',
    `The prompt “${name}” was not sent: ${field}: got ${got}; expected ${expected}.`,
    { status: 400 },
  );

export const promptOutputInvalid = (name: string, field: string, expected: string) =>
  new CausewayError(
    'prompt_output_invalid',
    `The answer to the prompt “${name}” does not fit its schema: ${field}: expected ${expected}. The answer is kept in its session.`,
    { status: 502 },
  );
