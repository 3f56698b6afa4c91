import { upgradeRefused } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/** Clients that could also speak HTTP/2 offer it here; not taking the offer is the answer the standard wants. */
const ignorable = new Set(['h2c']);

export const refuseUpgrade: Middleware = ({ request }, next) => {
  const offers = (request.headers.get('upgrade') ?? '').split(',').map((offer) => offer.trim().toLowerCase());
  if (offers.some((offer) => offer !== '' && !ignorable.has(offer))) throw upgradeRefused();
  return next();
};
