/** Lua scripts, which Redis runs as a whole and with nothing in between. */
import { createHash } from 'node:crypto';

export interface RedisScript {
  readonly source: string;
  readonly sha: string;
}

/** A script that may be run twice: one that only reads, or one that leaves the same behind when it runs again. */
export const script = (source: string): RedisScript => ({
  source,
  sha: createHash('sha1').update(source).digest('hex'),
});

/**
 * How long the outcome of a change is kept, in seconds. A change is sent again for some seconds at most (`callLimitMs`),
 * and what stands in the buffers of a connection that was cut may be read by a Redis that was stopped for minutes.
 */
const keptForS = 600;

/**
 * A script that changes something, and does so once however often it is sent: a reply can be lost with its connection
 * when the change was made already. The last key is named after the change (`done`), and what the body returns, a string,
 * is told again from there; false is for a change that was not made.
 */
export const onceScript = (body: string): RedisScript =>
  script(`local told = redis.call('GET', KEYS[#KEYS])
if told then return told end
local function change()
${body}
end
local outcome = change()
if not outcome then return outcome end
redis.call('SET', KEYS[#KEYS], outcome, 'EX', ${keptForS})
return outcome
`);
