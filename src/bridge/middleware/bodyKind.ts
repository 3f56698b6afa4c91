import { bodyTooLarge, contentEncodingRefused, mediaTypeRefused } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/**
 * Looks at what is said about a body before it is read. JSON alone is taken: a web page can send forms and plain
 * text to anyone unasked, JSON it cannot. Compressed bodies are refused, for they grow when they are opened.
 */
export const checkBodyKind =
  (maxBytes: number): Middleware =>
  ({ request: { headers } }, next) => {
    const length = Number(headers.get('content-length') ?? 0);
    if (length === 0 && !headers.has('transfer-encoding') && !headers.has('content-type')) return next();
    const encoding = headers.get('content-encoding')?.trim().toLowerCase();
    if (encoding !== undefined && encoding !== '' && encoding !== 'identity') throw contentEncodingRefused();
    const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
    const charset = parameters.map((one) => one.trim()).find((one) => one.startsWith('charset='));
    const utf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
    if (type.trim() !== 'application/json' || !utf8) throw mediaTypeRefused();
    if (length > maxBytes) throw bodyTooLarge(maxBytes);
    return next();
  };
