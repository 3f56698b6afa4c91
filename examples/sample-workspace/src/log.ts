import type { Config } from './config.ts';

type Level = Config['logLevel'];
type Fields = Record<string, unknown>;

const order: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Field names whose values never reach the log. */
const hidden = /token|secret|authorization|cookie/i;

const redact = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, hidden.test(key) ? '[hidden]' : value]));

export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** Writes one JSON object a line. Lines below the minimum level are dropped. */
export function createLogger(minimum: Level, write: (line: string) => void = console.log): Logger {
  const at = (level: Level) => (message: string, fields: Fields = {}) => {
    if (order[level] < order[minimum]) return;
    write(JSON.stringify({ time: new Date().toISOString(), level, message, ...redact(fields) }));
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
