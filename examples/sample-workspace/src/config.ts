import { parseSize } from './bytes.ts';

export interface Config {
  secret: string;
  port: number;
  dataFolder: string;
  /** Bytes. */
  maxUpload: number;
  keepDays: number;
  /** Requests a minute for one token. */
  rate: number;
  mirror?: { url: string; token: string };
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

const levels = ['debug', 'info', 'warn', 'error'] as const;

/** Reads the settings from the environment. Collects every problem before it throws, so that one restart is enough. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];

  const number = (name: string, fallback: number, min: number, max: number) => {
    const raw = env[name];
    if (raw === undefined || raw === '') return fallback;
    const value = Number(raw);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    problems.push(`${name} is ${raw}; it must be a whole number from ${min} to ${max}`);
    return fallback;
  };

  const secret = env.HARBOUR_SECRET ?? '';
  if (secret.length < 32) problems.push('HARBOUR_SECRET must have at least 32 characters');

  const level = env.HARBOUR_LOG_LEVEL ?? 'info';
  const logLevel = levels.find((known) => known === level);
  if (!logLevel) problems.push(`HARBOUR_LOG_LEVEL is ${level}; it must be one of ${levels.join(', ')}`);

  const config: Config = {
    secret,
    port: number('HARBOUR_PORT', 8480, 1, 65_535),
    dataFolder: env.HARBOUR_DATA ?? './data',
    maxUpload: parseSize(env.HARBOUR_MAX_UPLOAD ?? '25mb'),
    keepDays: number('HARBOUR_KEEP_DAYS', 7, 1, 3650),
    rate: number('HARBOUR_RATE', 60, 1, 100_000),
    logLevel: logLevel ?? 'info',
  };

  if (env.HARBOUR_MIRROR_URL) {
    if (!env.HARBOUR_MIRROR_TOKEN) problems.push('HARBOUR_MIRROR_URL is set without HARBOUR_MIRROR_TOKEN');
    config.mirror = { url: env.HARBOUR_MIRROR_URL, token: env.HARBOUR_MIRROR_TOKEN ?? '' };
  }

  if (problems.length > 0) throw new Error(`Harbour cannot start:\n- ${problems.join('\n- ')}`);
  return config;
}
