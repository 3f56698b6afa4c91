import { CausewayError, unexpected } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { Middleware } from '../exchange.ts';
import { errorResponse } from '../http.ts';

/** Turns whatever is thrown into an answer with a code and words. What was not foreseen goes to the log alone. */
export const shapeErrors =
  (log: Log): Middleware =>
  async (_, next) => {
    try {
      return await next();
    } catch (error) {
      if (error instanceof CausewayError) return errorResponse(error);
      log.error('A request to the bridge failed.', error);
      return errorResponse(unexpected(error));
    }
  };
