/**
 * The clock of limits and keys, which no setting of the date moves. An instance says how long its machine has been up,
 * so that between two of its calls the time that passed is known; the server's date is asked for an instance alone that
 * was not heard of before. KEYS of it: `clockKey`. Times are ms.
 */
import { uptime } from 'node:os';
import { sharedKeys } from '../keys.ts';

export const clockKey = sharedKeys.of('clock');

/** The longest time that counts: after it every window is over. */
const longestMs = 8 * 24 * 60 * 60_000;

/** Ms since this machine started, its sleep included. */
export const uptimeMs = (): number => Math.floor(uptime() * 1000);

/** Keys whose time is over by this clock go by the server's own much later, in seconds, so that a jump takes none away. */
export const keptForS = (2 * longestMs) / 1000;

/**
 * An instance whose own reckoning is behind the clock by more than this, in ms, goes on from the clock. It is above what
 * machines that count whole seconds differ by, so that two of them do not drive each other forward; and low enough that
 * the clock does not stand for long when the instance that was ahead is gone.
 */
const farBehindMs = 10_000;

/**
 * Lua: `readClock(key, instance, uptime)` gives the time, the server's date, and what the instance reckons by itself;
 * `keepClock` writes them down. Exchanges of one instance may come in another order than they were sent in.
 */
export const clockFunctions = `
local function readClock(key, instance, uptime)
  local t = redis.call('TIME')
  local wall = t[1] * 1000 + math.floor(t[2] / 1000)
  local last = redis.call('HMGET', key, 'tick', 'wall', 'up:' .. instance, 'at:' .. instance)
  if not last[1] then return ${longestMs}, wall, ${longestMs} end
  local tick = tonumber(last[1])
  local own
  if last[3] then own = tonumber(last[4]) + math.max(0, tonumber(uptime) - tonumber(last[3]))
  else own = tick + math.max(0, math.min(wall - tonumber(last[2]), ${longestMs})) end
  if tick - own > ${farBehindMs} then own = tick end
  return math.max(tick, own), wall, own
end
local function whole(number) return string.format('%.0f', number) end
local function keepClock(key, instance, uptime, now, wall, own)
  redis.call('HSET', key, 'tick', whole(now), 'wall', whole(wall))
  local kept = redis.call('HGET', key, 'up:' .. instance)
  if kept and tonumber(uptime) <= tonumber(kept) then return end
  redis.call('HSET', key, 'up:' .. instance, uptime, 'at:' .. instance, whole(own))
end
`;
