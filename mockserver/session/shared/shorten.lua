-- Put a snapshot in the place of the beginning of a log.
--
-- KEYS: meta, log, snapshot, draft
-- ARGV: the epoch and the position that the draft shows, its bytes
-- Returns: 1 where that is done; 0 where it is out of date
local meta, log, snapshot, draft = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local known = redis.call('HMGET', meta, 'epoch', 'base', 'bytes')
local position = tonumber(ARGV[2])
if known[1] ~= ARGV[1] or position <= tonumber(known[2]) then
  redis.call('DEL', draft)
  return 0
end
local bytes = tonumber(known[3])
local gone = position - tonumber(known[2])
for _, entry in ipairs(redis.call('LRANGE', log, 0, gone - 1)) do bytes = bytes - #entry end
redis.call('LTRIM', log, gone, -1)
redis.call('DEL', snapshot)
redis.call('RENAME', draft, snapshot)
redis.call('HSET', meta, 'base', position, 'bytes', bytes, 'kept', ARGV[3])
return 1
