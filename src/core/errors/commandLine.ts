/** Errors of the command line. */
import { CausewayError } from './error.ts';

/** `help` is the command that tells more. */
export const usageInvalid = (why: string, help: string) =>
  new CausewayError('usage_invalid', `${why} See ${help}.`);
export const secretFileTooOpen = (option: string, file: string, mode: string) =>
  new CausewayError(
    'secret_file_too_open',
    `${option}: others on this machine can read ${file} (its mode is ${mode}), so it was not used. Make it 0600, or 0640 where it belongs to root and another user runs this.`,
  );
export const noSessionYet = () =>
  new CausewayError('no_session_yet', 'This folder has no session to continue yet. Ask without --continue.');
export const outputFailed = (cause: unknown) =>
  new CausewayError('output_failed', 'The output cannot be written. Check free disk space, then retry.', {
    cause,
  });
