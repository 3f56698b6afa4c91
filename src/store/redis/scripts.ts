/**
 * The scripts of the session store. Times of leases are the server's, so that instances whose clocks differ agree on
 * them. Each stands for one of the store's transactions: Redis writes what a script did to its file as one.
 */
import { onceScript, script } from './script.ts';

/** A lease that nobody has renewed for so long, in ms, is over: three beats that did not come. */
export const leaseMs = 6_000;

/**
 * Changes that are kept for instances to read; those of a minute under the load of a hundred writes a second. One that
 * falls behind further reads the sessions themselves.
 */
const keptChanges = 6_000;

const now = `(function() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end)()`;

/** KEYS: last number, changes. Tells the change `record` to all instances and gives its number. */
const tellChange = (lastChange: string, changes: string, record: string) => `
local number = redis.call('INCR', ${lastChange})
redis.call('XADD', ${changes}, 'MAXLEN', '~', '${keptChanges}', number .. '-0', 'change', ${record})`;

/**
 * All of what a change is decided by, in one moment. KEYS: session, queue, links, ends. ARGV: prefix of turns, a number
 * of entry ids, the ids, ids of turns.
 */
export const readState = script(`
local turns = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  turns[#turns + 1] = { id, redis.call('HMGET', ARGV[1] .. id, 'state', 'place', 'holder', 'last') }
end
local links, ends = {}, {}
local count = tonumber(ARGV[2])
for at = 3, #ARGV do
  if at < 3 + count then links[#links + 1] = redis.call('HGET', KEYS[3], ARGV[at])
  else ends[#ends + 1] = redis.call('HGET', KEYS[4], ARGV[at]) end
end
return { redis.call('HGETALL', KEYS[1]), turns, links, ends }
`);

/**
 * Makes a change if what it was decided by is still so. KEYS: leases, last number, changes, done. ARGV: the record that
 * is told, the number of conditions, each as its length, a command and the reply that is expected, then the number of
 * commands, each as its length and its words. \`LEASE turn\` stands for holding a turn from now on. Gives the number of
 * the change, or nothing where a condition does not hold.
 */
export const makeChange = onceScript(`
local at = 1
local function take() at = at + 1 return ARGV[at - 1] end
local function words()
  local found = {}
  for n = 1, tonumber(take()) do found[n] = take() end
  return found
end
local record = take()
for _ = 1, tonumber(take()) do
  local reply = redis.call(unpack(words()))
  if tostring(reply or '') ~= take() then return false end
end
for _ = 1, tonumber(take()) do
  local command = words()
  if command[1] == 'LEASE' then redis.call('ZADD', KEYS[1], string.format('%.0f', ${now} + ${leaseMs}), command[2])
  else redis.call(unpack(command)) end
end
${tellChange('KEYS[2]', 'KEYS[3]', 'record')}
return tostring(number)
`);

/**
 * Places of a branch from an entry towards the root. KEYS: links. ARGV: the entry, the most there may be. Gives place,
 * id and kind, one after the other.
 */
export const readBranch = script(`
local found, id, left = {}, ARGV[1], tonumber(ARGV[2])
while id ~= '' and left > 0 do
  local link = redis.call('HGET', KEYS[1], id)
  if not link then break end
  local seq, kind, parent = string.match(link, '^(%d+)|([%a_]+)|(.*)$')
  found[#found + 1] = seq
  found[#found + 1] = id
  found[#found + 1] = kind
  id = parent
  left = left - 1
end
return found
`);

/** The turn that runs: id, holder, what has arrived. Nothing without the session. KEYS: session, queue. ARGV: prefix of turns. */
export const readLive = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local turn = redis.call('HMGET', ARGV[1] .. id, 'state', 'holder')
  if turn[1] == 'live' then return { id, turn[2], redis.call('HGET', ARGV[1] .. id, 'progress') or '' } end
end
return {}
`);

/**
 * The turns that run or wait: id, state, what is shown of it, and its input where an older version kept it alone. Nothing
 * without the session. KEYS: session, queue. ARGV: prefix of turns.
 */
export const readQueue = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
local found = {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local turn = redis.call('HMGET', ARGV[1] .. id, 'state', 'shown')
  local kept = not turn[2] and redis.call('HGET', ARGV[1] .. id, 'kept')
  found[#found + 1] = { id, turn[1], turn[2] or '', kept or '' }
end
return found
`);

/**
 * Reads one entry of a log after the other until their bytes are more than `most`, so that one reply has at most one
 * entry beyond that.
 */
const readingUpTo = (most: string) => `
local found, bytes = {}, 0
local function isEnough() return bytes > tonumber(${most}) end
local function fieldsAt(seq)
  local place = string.format('%.0f-0', seq)
  local rows = redis.call('XRANGE', KEYS[1], place, place)
  return rows[1] and rows[1][2]
end
local function take(what, size)
  found[#found + 1] = what
  bytes = bytes + size
end`;

/** Whole entries from one place to another, as far as one reply goes. KEYS: log. ARGV: the places, most bytes. */
export const readRange = script(`${readingUpTo('ARGV[3]')}
for seq = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local fields = fieldsAt(seq)
  if not fields or isEnough() then break end
  local size = 0
  for _, field in ipairs(fields) do size = size + #field end
  take(fields, size)
end
return found
`);

/** Entries at some places without their reports, and how many places were looked at. KEYS: log. ARGV: most bytes, places. */
export const readSaid = script(`${readingUpTo('ARGV[1]')}
local looked = 0
for at = 2, #ARGV do
  if isEnough() then break end
  local fields = fieldsAt(tonumber(ARGV[at]))
  if fields then take(fields[4], #fields[4]) end
  looked = looked + 1
end
return { looked, found }
`);

/**
 * Entries that say something to a reader, newest first, and the last place that was looked at. KEYS: log. ARGV: below
 * which place, how many to look at, most bytes, kinds.
 */
export const readSayings = script(`${readingUpTo('ARGV[3]')}
local wanted = {}
for at = 4, #ARGV do wanted[ARGV[at]] = true end
local last = tonumber(ARGV[1])
for seq = last - 1, math.max(1, last - tonumber(ARGV[2])), -1 do
  if isEnough() then break end
  local fields = fieldsAt(seq)
  if fields and wanted[fields[2]] then take(fields[4], #fields[4]) end
  last = seq
end
return { string.format('%.0f', last), found }
`);

/** Keeps what has arrived. KEYS: turn, leases, last number, changes. ARGV: holder, content, turn, record. */
export const keepProgress = script(`
local turn = redis.call('HMGET', KEYS[1], 'holder', 'state')
if turn[1] ~= ARGV[1] or turn[2] ~= 'live' then return 0 end
redis.call('HSET', KEYS[1], 'progress', ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', ${now} + ${leaseMs}), ARGV[3])
${tellChange('KEYS[3]', 'KEYS[4]', 'ARGV[4]')}
return 1
`);

/** Shows that the holder of some turns lives. KEYS: leases. ARGV: prefix of turns, holder, turns. */
export const beat = script(`
local till = string.format('%.0f', ${now} + ${leaseMs})
for at = 3, #ARGV do
  if redis.call('HGET', ARGV[1] .. ARGV[at], 'holder') == ARGV[2] then
    redis.call('ZADD', KEYS[1], 'XX', till, ARGV[at])
  end
end
return 1
`);

/**
 * Turns whose lease is over: id, until when it was held, session. KEYS: leases. ARGV: prefix of turns, how many to pass
 * over, how many to look at.
 */
export const readExpired = script(`
local found = {}
local rows = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', ${now}), 'WITHSCORES', 'LIMIT', ARGV[2], ARGV[3])
for at = 1, #rows, 2 do
  found[#found + 1] = { rows[at], rows[at + 1], redis.call('HGET', ARGV[1] .. rows[at], 'sessionId') }
end
return found
`);

/** Keeps a draft, or none, of a session that is there. KEYS: session, draft. ARGV: the draft, empty for none. */
export const keepDraft = script(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if ARGV[1] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[1]) end
return 1
`);
