import { CausewayError } from '../../core/errors.ts';

/** Redis itself does not answer, lets nobody in or keeps nothing; what was asked may be well, and is asked again. */
export const isAway = (error: unknown): boolean =>
  error instanceof CausewayError && error.code.startsWith('store_');
