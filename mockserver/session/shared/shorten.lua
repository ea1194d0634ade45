-- Put a snapshot in the place of the beginning of a log. What the one before stood for goes; what only
-- this one stands for stays, so that who has read a part of that need not read the snapshot.
--
-- KEYS: meta, log, snapshot, draft
-- ARGV: the epoch and the position that the draft shows, its entries, its bytes
-- Returns: 1 where that is done; 0 where it is out of date, or the draft is not whole
local meta, log, snapshot, draft = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = redis.call('HMGET', meta, 'epoch', 'base', 'bytes', 'length', 'shown')
local position = tonumber(ARGV[2])
local base, length, shown = tonumber(known[2]), tonumber(known[4]), tonumber(known[5])
local is_due = known[1] == ARGV[1] and position > shown and position <= base + length
  and length == redis.call('LLEN', log)
if not is_due or redis.call('LLEN', draft) ~= tonumber(ARGV[3]) then
  redis.call('DEL', draft)
  return 0
end
local bytes = tonumber(known[3])
local replaced = redis.call('LRANGE', log, shown - base, position - base - 1)
for _, entry in ipairs(replaced) do bytes = bytes - #entry end
redis.call('RENAME', draft, snapshot)
redis.call('LTRIM', log, shown - base, -1)
length = length - (shown - base)
redis.call('HSET', meta, 'base', shown, 'shown', position, 'bytes', bytes, 'kept', ARGV[4], 'length', length)
return 1
