import { badRequest } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/** Every path of ours is of plain segments, so nothing needs decoding and no encoded trick can mean anything. */
const plain = /^(\/|(\/[A-Za-z0-9._@-]+)+)$/;

export const checkPath: Middleware = ({ path }, next) => {
  if (
    !plain.test(path) ||
    (path.includes('/.') && path.split('/').some((segment) => segment === '.' || segment === '..'))
  ) {
    throw badRequest('The path has characters or segments that no path of the bridge has.');
  }
  return next();
};
