/** Where a Redis is, and how it is entered, taken from a URL that may hold a password. */
import { invalidInput } from '../../core/errors.ts';

export interface RedisAddress {
  host: string;
  port: number;
  /** `rediss://`: the certificate is checked against the authorities that Node knows (NODE_EXTRA_CA_CERTS adds some). */
  tls: boolean;
  username: string | undefined;
  password: string | undefined;
  database: number;
  /** Host, port and database, which is all that may be shown or logged. */
  shown: string;
}

const defaultPort = 6379;

/**
 * Reads `redis[s]://[[user]:password@]host[:port][/database]`. Throws `invalid_input`, whose words leave the value out,
 * since what is not quite a URL may hold a password too.
 */
export function redisAddress(text: string): RedisAddress {
  const url = URL.parse(text);
  const database = /^\/?(\d{0,4})$/.exec(url?.pathname ?? '')?.[1];
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || database === undefined)
    throw invalidInput(
      '--store',
      'something else',
      'redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT/0',
    );
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? defaultPort : Number(url.port);
  return {
    host,
    port,
    tls: url.protocol === 'rediss:',
    username: url.username === '' ? undefined : decoded(url.username),
    password: url.password === '' ? undefined : decoded(url.password),
    database: Number(database),
    shown: `${url.hostname}:${port}${database === '' ? '' : `/${Number(database)}`}`,
  };
}

/** A percent sign that stands for itself is taken as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
