/** Errors of turns, of their context, and of the trust they need. */
import { CausewayError } from './error.ts';

export const inputTooLarge = (tokens: number, budget: number) =>
  new CausewayError(
    'input_too_large',
    `The input has about ${tokens} tokens; this model takes at most ${budget} here. Nothing was sent. Shorten it or choose a model with a larger window.`,
    { action: 'choose_model', status: 413 },
  );
export const attachmentsTooLarge = (size: string, most: string) =>
  new CausewayError(
    'attachments_too_large',
    `The pictures and documents of this input have ${size} together; one request takes at most ${most}. Nothing was sent. Take some out, or send them one after the other.`,
    { action: 'none', status: 413 },
  );
export const emptyInput = () =>
  new CausewayError('empty_input', 'The input is empty. Type a question, then send it.', { status: 400 });
export const shuttingDown = () =>
  new CausewayError(
    'shutting_down',
    'This window is closing, so your input was not sent. It is still in the input box.',
    { status: 503 },
  );
export const interrupted = () =>
  new CausewayError(
    'interrupted',
    'This answer was cut off when its window closed. What had arrived was kept. Continue or retry.',
    { action: 'retry' },
  );
export const tooManyToolRounds = (rounds: number) =>
  new CausewayError(
    'too_many_tool_rounds',
    `The model asked for tools ${rounds} times in one turn without coming to an answer, so it was stopped. What it said is kept. Ask again, or ask for a part of it.`,
    { action: 'retry' },
  );
export const stoppedByUser = () => new CausewayError('stopped', 'Stopped.', { action: 'none' });

export const restrictedMode = () =>
  new CausewayError(
    'restricted_mode',
    'This workspace is not trusted, so nothing is sent to a model. Answers are quotes from your files.',
    { action: 'trust_workspace', status: 403 },
  );
export const localOnly = () =>
  new CausewayError(
    'local_only',
    'This workspace is marked local-only, so nothing is sent to a model elsewhere. Answers are quotes from your files.',
    { action: 'open_settings', status: 403 },
  );
/** What was not looked through may hold anything. */
export const maskingFailed = () =>
  new CausewayError(
    'masking_failed',
    'Secrets could not be looked for, so nothing was sent. Your input is kept. Retry; the setting causeway.privacy.maskSecrets switches masking off.',
    { action: 'retry', status: 503 },
  );
export const placeholderUnknown = (placeholder: string) =>
  new CausewayError(
    'placeholder_unknown',
    `${placeholder} stands for something that was masked, and what it was is neither in the file nor known any more. Nothing was changed. Ask again with the file attached, or copy the code and fill it in.`,
  );
