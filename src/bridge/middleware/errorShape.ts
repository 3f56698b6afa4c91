import { badRequest, CausewayError, unexpected } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import type { Middleware } from '../exchange.ts';
import { errorShapeOf } from '../wire/wireErrors.ts';

/** Turns whatever is thrown into an answer with a code and words, in the shape that its program reads. What was not foreseen goes to the log alone. */
export const shapeErrors =
  (log: Log): Middleware =>
  async (exchange, next) => {
    try {
      return await next();
    } catch (error) {
      const errorResponse = errorShapeOf(exchange);
      if (error instanceof CausewayError) return errorResponse(error);
      // That a client went away in the middle of its request is no failure; nobody reads this answer.
      if (exchange.request.presence.over) return errorResponse(badRequest('The client went away.'));
      log.error('A request to the bridge failed.', error);
      return errorResponse(unexpected(error));
    }
  };
