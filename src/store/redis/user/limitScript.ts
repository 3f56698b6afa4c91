/**
 * The ledger of limits as one script: what was used is written, what died is ended, and what is asked for is granted or
 * refused, with nothing in between. The rules are those of `core/limits/grant.ts` and `windows.ts`, in Lua.
 */
import { limitKinds } from '../../../core/limits/limits.ts';
import { windowOf } from '../../../core/limits/windows.ts';
import { onceScript } from '../script.ts';
import { clockFunctions, keptForS } from './clock.ts';

/**
 * An instance that holds something and was not heard of for so long is gone, in ms: three beats that did not come. What
 * it held counts as used from then on, and its calls at a time are over.
 */
export const goneAfterMs = 30_000;
/** What is held is given back within so many ms when it is not used, as in `core/limits/grant.ts`. */
const heldMs = 1_000;

const windows = limitKinds.flatMap((kind) => {
  const window = windowOf(kind);
  return window ? [`${kind} = { ms = ${window.ms}, slot = ${window.slotMs} }`] : [];
});

/**
 * KEYS: client, overall limits, used by the client, used by all, held for the client, held for all, instances, held by
 * this instance, clock, done. ARGV: client, instance, uptime, prefixes of used, held and held by instances, then of each
 * kind what was used, is returned, needed and wished for.
 */
export const exchangeLimits = onceScript(`
${clockFunctions}
local kinds = { ${limitKinds.map((kind) => `'${kind}'`).join(', ')} }
local windows = { ${windows.join(', ')} }
local client, instance = ARGV[1], ARGV[2]
local usedPrefix, heldPrefix, instancePrefix = ARGV[4], ARGV[5], ARGV[6]
local function number(value) return tonumber(value or '0') or 0 end
local function asked(nth, place) return number(ARGV[6 + (nth - 1) * 4 + place]) end

local now, wall, own = readClock(KEYS[9], instance, ARGV[3])
keepClock(KEYS[9], instance, ARGV[3], now, wall, own)

local function use(whose, kind, amount)
  local window = windows[kind]
  if not window or amount <= 0 then return end
  local field = kind .. ':' .. whole(math.floor(now / window.slot))
  for _, key in ipairs({ usedPrefix .. whose, KEYS[4] }) do
    redis.call('HINCRBY', key, field, whole(math.ceil(amount)))
    redis.call('EXPIRE', key, ${keptForS})
  end
end

-- What an instance holds never falls below nothing: a call may have used more than was held for it.
local function hold(kind, change)
  if change == 0 then return end
  local field = kind .. ':' .. client
  local before = number(redis.call('HGET', KEYS[8], field))
  local after = math.max(0, before + math.ceil(change))
  if after == before then return end
  if after == 0 then redis.call('HDEL', KEYS[8], field) else redis.call('HSET', KEYS[8], field, whole(after)) end
  redis.call('HINCRBY', KEYS[5], kind, whole(after - before))
  redis.call('HINCRBY', KEYS[6], kind, whole(after - before))
end

for _, other in ipairs(redis.call('ZRANGEBYSCORE', KEYS[7], '-inf', whole(now))) do
  if other ~= instance then
    local key = instancePrefix .. other
    local fields = redis.call('HGETALL', key)
    for at = 1, #fields, 2 do
      local kind, whose = fields[at]:match('^(%a+):(.*)$')
      local amount = number(fields[at + 1])
      -- How much of it was used before the end, nobody can tell any more.
      use(whose, kind, amount)
      redis.call('HINCRBY', heldPrefix .. whose, kind, whole(-amount))
      redis.call('HINCRBY', KEYS[6], kind, whole(-amount))
    end
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[7], other)
    redis.call('HDEL', KEYS[9], 'up:' .. other, 'at:' .. other)
  end
end
redis.call('ZADD', KEYS[7], whole(now + ${goneAfterMs}), instance)

for nth, kind in ipairs(kinds) do
  use(client, kind, asked(nth, 1))
  hold(kind, -asked(nth, 1) - asked(nth, 2))
end

-- The slots that still count, the oldest first; the others are deleted.
local function slotsOf(key)
  local slots = {}
  for _, kind in ipairs(kinds) do slots[kind] = {} end
  local fields = redis.call('HGETALL', key)
  for at = 1, #fields, 2 do
    local kind, slot = fields[at]:match('^(%a+):(%d+)$')
    local window = windows[kind]
    local ends = (tonumber(slot) + 1) * window.slot + window.ms
    if ends > now then table.insert(slots[kind], { ends = ends, amount = tonumber(fields[at + 1]) })
    else redis.call('HDEL', key, fields[at]) end
  end
  for _, kind in ipairs(kinds) do table.sort(slots[kind], function(a, b) return a.ends < b.ends end) end
  return slots
end

local function boundsOf(written)
  local limits = cjson.decode(written or '{}')
  return {
    requests = limits.requestsPerMinute,
    tokens = limits.tokensPerMinute,
    parallel = limits.parallel,
    money = limits.usdPerDay and math.floor(limits.usdPerDay * 1000000 + 0.000001),
  }
end

local sides = {
  { scope = 'client', bounds = boundsOf(redis.call('HGET', KEYS[1], 'limits')), used = slotsOf(KEYS[3]), held = KEYS[5] },
  { scope = 'all', bounds = boundsOf(redis.call('GET', KEYS[2])), used = slotsOf(KEYS[4]), held = KEYS[6] },
}

local function taken(side, kind)
  local sum = number(redis.call('HGET', side.held, kind))
  for _, slot in ipairs(side.used[kind]) do sum = sum + slot.amount end
  return sum
end

local function freeIn(side, kind, amount)
  local freed = 0
  for _, slot in ipairs(side.used[kind]) do
    freed = freed + slot.amount
    if freed >= amount then return slot.ends - now end
  end
  return nil
end

local granted, refused = {}, nil
for nth, kind in ipairs(kinds) do
  local needed = asked(nth, 3)
  local most = math.max(asked(nth, 4), needed)
  for _, side in ipairs(sides) do
    local bound = side.bounds[kind]
    if bound then
      local used = taken(side, kind)
      local free = math.max(0, bound - used)
      most = math.min(most, free)
      if needed > free then
        local refusal = { scope = side.scope, kind = kind, bound = bound, need = needed }
        if needed <= bound then refusal.endsInMs = freeIn(side, kind, used + needed - bound) or ${heldMs} end
        local longer = not refused or (refused.endsInMs and (not refusal.endsInMs or refusal.endsInMs > refused.endsInMs))
        if longer then refused = refusal end
      end
    end
  end
  if most > 0 then granted[kind] = most end
end
if refused then granted = {} end
for _, kind in ipairs(kinds) do hold(kind, granted[kind] or 0) end

local left = {}
for _, side in ipairs(sides) do
  for _, kind in ipairs(kinds) do
    local bound = side.bounds[kind]
    if bound then
      table.insert(left, {
        scope = side.scope, kind = kind, bound = bound,
        left = math.max(0, bound - taken(side, kind)),
        moreInMs = windows[kind] and freeIn(side, kind, 0),
      })
    end
  end
end
return cjson.encode({ granted = granted, refused = refused, left = left, holds = redis.call('EXISTS', KEYS[8]) == 1 })
`);
