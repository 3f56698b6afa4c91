/** Errors of the command line. */
import { CausewayError } from './error.ts';

/** `help` is the command that tells more. */
export const usageInvalid = (why: string, help: string) =>
  new CausewayError('usage_invalid', `${why} See ${help}.`);
export const noSessionYet = () =>
  new CausewayError('no_session_yet', 'This folder has no session to continue yet. Ask without --continue.');
export const outputFailed = (cause: unknown) =>
  new CausewayError('output_failed', 'The output cannot be written. Check free disk space, then retry.', {
    cause,
  });
