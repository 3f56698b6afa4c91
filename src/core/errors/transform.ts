/** Errors of the user's own modules that change requests and answers, each said by the name of its file. */
import { CausewayError } from './error.ts';

/** `load` is the file itself, before anything was asked of it. */
export type TransformStep = 'load' | 'request' | 'answer';

const lost: Record<TransformStep, string> = {
  load: 'Nothing is sent',
  request: 'Nothing was sent',
  answer: 'The answer is not shown',
};

/** `why` is in our own words: what a module throws may quote what it was given. Programs need not repeat such a call. */
export const transformFailed = (file: string, step: TransformStep, why: string) =>
  new CausewayError(
    'transform_failed',
    `The transform ${file} ${why}. ${lost[step]}. Correct the file in your transforms folder, or take it out.`,
    { action: 'show_log', status: 424 },
  );

export const transformsUnreadable = (why: string) =>
  new CausewayError(
    'transform_failed',
    `Your transforms folder ${why}. Nothing is sent until it can be read, since one of them may be there to keep something back.`,
    { action: 'show_log', status: 424 },
  );

/** More calls wait than one thread can see in good time. */
export const transformsBusy = () =>
  new CausewayError(
    'transforms_busy',
    'Your transforms cannot keep up, so this was not sent. Retry in a while.',
    { action: 'retry', status: 503, retryAfterMs: 1000 },
  );
