/** An error with an HTTP status and a stable code. Its message may be shown to the client. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export const unauthorised = () =>
  new HttpError(401, 'unauthorised', 'A valid token is needed.', { 'www-authenticate': 'Bearer' });

export const forbidden = (scope: string) =>
  new HttpError(403, 'forbidden', `This token does not have the scope ${scope}.`);

export const notFound = () => new HttpError(404, 'not_found', 'No such file.');

export const tooLarge = (limit: number) =>
  new HttpError(413, 'too_large', `Files may have at most ${limit} bytes.`, { connection: 'close' });

export const digestMismatch = () =>
  new HttpError(422, 'digest_mismatch', 'The body does not match the digest that was sent with it.');

export const slowDown = (seconds: number) =>
  new HttpError(429, 'slow_down', 'Too many requests.', { 'retry-after': String(seconds) });

export const diskFull = () => new HttpError(507, 'disk_full', 'There is no space left for this file.');

/** Errors of the file system that say the disk has no room. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
