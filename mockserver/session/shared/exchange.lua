-- One exchange with the log of a session: what others wrote comes back, what is written is added.
--
-- KEYS: meta, log, snapshot
-- ARGV: the epoch, the run of the server and the position that are known, milliseconds that all is
--       kept, what the last entry rests on ("" for nothing), how many of the entries are to be added
--       in any case, entries
-- An entry is a line of keys that it changes, a line with its id, and what it says. One whose id is
-- among what was missed was added before, by an exchange whose reply was lost.
--
-- Returns: "ok", "refused" (the last entry is not added: what it rests on has changed) or "anew" (nothing
--          is added: all is to be read again); now; epoch; run; what the snapshot stands for; bytes of
--          the log behind that; bytes of the snapshot; what was missed; for "anew" the snapshot
local meta, log, snapshot = KEYS[1], KEYS[2], KEYS[3]
local clock = redis.call('TIME')
local now = clock[1] .. string.format('%06d', clock[2])
-- A server that was started again may have come back without the last of what was written.
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local known = redis.call('HMGET', meta, 'epoch', 'base', 'bytes', 'kept', 'length', 'shown')
local epoch, base, shown = known[1], tonumber(known[2]), tonumber(known[6])
local bytes, kept, length = tonumber(known[3]), tonumber(known[4]), tonumber(known[5])
-- A server that is short of memory may have let go of one key, and kept the others.
local is_whole = epoch and shown and length == redis.call('LLEN', log)
  and (shown == 0 or redis.call('EXISTS', snapshot) == 1)
if not is_whole then
  epoch, base, shown, bytes, kept, length = now, 0, 0, 0, 0, 0
  redis.call('DEL', log, snapshot)
  redis.call('HSET', meta, 'epoch', epoch, 'base', 0, 'shown', 0, 'bytes', 0, 'kept', 0, 'length', 0)
end
local position = tonumber(ARGV[3])
local status = 'ok'
local missed, before = {}, {}
if epoch ~= ARGV[1] or run ~= ARGV[2] or position < base then
  status = 'anew'
  before = redis.call('LRANGE', snapshot, 0, -1)
  missed = redis.call('LRANGE', log, shown - base, -1)
else
  missed = redis.call('LRANGE', log, position - base, -1)
  local rests_on, is_there = {}, {}
  for key in string.gmatch(ARGV[5], '%S+') do rests_on[key] = true end
  for _, entry in ipairs(missed) do
    local changed, id = string.match(entry, '^[^\n]*\n([^\n]*)\n([^\n]*)')
    is_there[id] = true
    for key in string.gmatch(changed, '%S+') do
      if rests_on[key] then status = 'refused' end
    end
  end
  for place = 7, #ARGV do
    local is_sure = place - 6 <= tonumber(ARGV[6])
    if is_there[string.match(ARGV[place], '^[^\n]*\n([^\n]*)')] then
      if not is_sure then status = 'ok' end
    elseif is_sure or status == 'ok' then
      local entry = now .. '\n' .. ARGV[place]
      length = redis.call('RPUSH', log, entry)
      bytes = bytes + #entry
    end
  end
  redis.call('HSET', meta, 'bytes', bytes, 'length', length)
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[4]) end
return {status, now, epoch, run, shown, bytes, kept, missed, before}
