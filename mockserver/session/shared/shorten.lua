-- Put a snapshot in the place of the beginning of a log.
--
-- KEYS: meta, log, snapshot, draft
-- ARGV: the epoch and the position that the draft shows, its entries, its bytes
-- Returns: 1 where that is done; 0 where it is out of date, or the draft is not whole
local meta, log, snapshot, draft = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = redis.call('HMGET', meta, 'epoch', 'base', 'bytes', 'length')
local position = tonumber(ARGV[2])
local is_due = known[1] == ARGV[1] and position > tonumber(known[2])
  and position <= tonumber(known[2]) + redis.call('LLEN', log)
if not is_due or redis.call('LLEN', draft) ~= tonumber(ARGV[3]) then
  redis.call('DEL', draft)
  return 0
end
local bytes = tonumber(known[3])
local gone = position - tonumber(known[2])
for _, entry in ipairs(redis.call('LRANGE', log, 0, gone - 1)) do bytes = bytes - #entry end
redis.call('RENAME', draft, snapshot)
redis.call('LTRIM', log, gone, -1)
local length = tonumber(known[4]) - gone
redis.call('HSET', meta, 'base', position, 'bytes', bytes, 'kept', ARGV[4], 'length', length)
return 1
