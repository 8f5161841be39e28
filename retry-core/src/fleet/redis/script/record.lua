-- One request of one process to a shared circuit or a shared reserve of a retry budget.
--
-- This is the function `step` (circuit.rs) or `claim` (reserve.rs) of the Rust crate `reattempt-core`, rule by rule; a
-- test compares the two on random steps. The record is one hash, whose fields `fields.rs` describes: `HGETALL` shows the
-- whole of it. The script is the three files of this folder, one after another.
--
-- KEYS[1]  the record
-- ARGV     the kind, `circuit` or `reserve`; `now`, or a time in microseconds for tests; the process; an epoch for a new
--          record; then those that reserve.lua and circuit.lua list
--
-- A request reads the fixed fields and the field of its process, whatever the number of processes. It writes only if it
-- changes the record, and only then the key lives longer. A hash with damaged fields and a key of another type count as
-- missing, and the next change replaces them. Needs Redis 5 or Valkey. All numbers stay below 2^53, where Lua is exact.

local key, kind, process, fresh = KEYS[1], ARGV[1], ARGV[3], ARGV[4]
local MAX_NUMBER = 9007199254740991
local MAX_U32 = 4294967295
local MAX_TIME = 1125899906842624 -- in a length of time: until a reset
local floor, max, min = math.floor, math.max, math.min

local micros
if ARGV[2] == 'now' then
  local time = redis.call('TIME')
  micros = time[1] * 1000000 + time[2]
else
  micros = tonumber(ARGV[2])
end
-- What is added to a time stays below 2^53.
local MAX_NOW = 9007199237963776
local now = min(floor(micros / 1000), MAX_NOW)

-- What is left of a length of time that began at `start`. A start in the future means that the clock was set back: then
-- nothing has passed, or, if it is further away than the length, everything.
local function left_of(length, start)
  if now >= start then return max(length - (now - start), 0) end
  if start - now <= length then return length end
  return 0
end

-- Text. Each reader returns nil for a text that no record has.

local function text(number) return string.format('%.0f', number) end

local function number(word, most)
  if not word or #word > 16 or not (word == '0' or string.find(word, '^[1-9]%d*$')) then return nil end
  local value = tonumber(word)
  return value <= (most or MAX_NUMBER) and value or nil
end

local function hex(word)
  if word and #word <= 16 and (word == '0' or string.find(word, '^[1-9a-f][0-9a-f]*$')) then return word end
end

-- Reads a list, each entry of which ends with a semicolon.
local function list(word, most, read)
  if not word or not (word == '' or string.sub(word, -1) == ';') then return nil end
  local entries = {}
  for part in string.gmatch(word, '([^;]*);') do
    local entry = read(part)
    if not entry or #entries == most then return nil end
    entries[#entries + 1] = entry
  end
  return entries
end

-- Writes a list. `write` returns the text of an entry.
local function join(entries, write)
  local words = {}
  for i, entry in ipairs(entries) do words[i] = write(entry) .. ';' end
  return table.concat(words)
end

local function read_tenth(word)
  local n, good, bad, slow = string.match(word, '^(%d+):(%d+):(%d+):(%d+)$')
  local most = 200000000
  local tenth = { number = number(n), good = number(good, most), bad = number(bad, most), slow = number(slow, most) }
  return tenth.number and tenth.good and tenth.bad and tenth.slow and tenth
end

local function write_tenth(tenth)
  return text(tenth.number) .. ':' .. text(tenth.good) .. ':' .. text(tenth.bad) .. ':' .. text(tenth.slow)
end

local function read_failing(word)
  local id, at = string.match(word, '^(%x+):(%d+)$')
  local entry = { process = hex(id), at = number(at) }
  return entry.process and entry.at and entry
end

local function write_failing(entry) return entry.process .. ':' .. text(entry.at) end

local function read_lease(word)
  local id, n, since = string.match(word, '^(%x+):(%d+):(%d+)$')
  local lease = { process = hex(id), number = number(n), since = number(since) }
  return lease.process and lease.number and lease.since and lease
end

local function write_lease(lease) return lease.process .. ':' .. text(lease.number) .. ':' .. text(lease.since) end

local function read_member(word)
  local report, lease, seen = string.match(word, '^(%d+):(%d+):(%d+)$')
  local member = { report = number(report), lease = number(lease), seen = number(seen) }
  return member.report and member.lease and member.seen and member
end

local function write_member(member)
  return text(member.report) .. ':' .. text(member.lease) .. ':' .. text(member.seen)
end

-- The record: fixed fields and a field for each process that takes part or has left of late.

local own_name = 'm:' .. process
local names       -- of the fixed fields
local before = {} -- the texts of the fixed fields and of the own one; empty if the record is missing
local is_there    -- whether there is a record of the kind
local own         -- the process: the numbers of its last report and lease, and when it was last seen
local count       -- the number of processes
local left_count  -- the number of those of them that have left and are remembered
local swept       -- when those that are not were last removed
local gone = {}   -- the fields of those that this request removes

-- Reads the fields. Returns an error of the server, unless it is that the key has another type.
local function read_record(fixed)
  names = fixed
  local values = redis.pcall('HMGET', key, own_name, unpack(names))
  if values.err then
    if not string.find(values.err, 'WRONGTYPE', 1, true) then return values end
    values = {}
  end
  before[own_name] = values[1] or nil
  for i, name in ipairs(names) do before[name] = values[i + 1] or nil end
  own = before[own_name] and read_member(before[own_name])
  swept = number(before.swept)
  is_there = before.kind == kind and hex(before.epoch) and swept and (own or not before[own_name])
end

-- Ends the reading, when the fixed fields are known to be a record or not.
local function begin_record(left)
  if is_there then
    count, left_count = redis.call('HLEN', key) - #names, left or 0
  else
    before, own, count, left_count, swept = {}, nil, 0, 0, 0
  end
end

-- A process that has left has the highest numbers, so that no late or repeated step brings it back.
local function has_left(member) return member.report == MAX_NUMBER end

local function live() return max(count - left_count, 0) end

local function is_known() return own and not has_left(own) end

local function visit()
  if not own then
    own = { report = 0, lease = 0, seen = 0 }
    count = count + 1
  end
end

-- Removes the processes that were not seen for `retention`, and fields that no record has.
local function sweep(retention)
  local is_fixed = {}
  for _, name in ipairs(names) do is_fixed[name] = true end
  count, left_count = own and 1 or 0, own and has_left(own) and 1 or 0
  -- Every process is looked at while the server does nothing else, so this only reads what it needs.
  local match, highest = string.match, text(MAX_NUMBER)
  local all = is_there and redis.call('HGETALL', key) or {}
  for i = 1, #all, 2 do
    local name = all[i]
    if not is_fixed[name] and name ~= own_name then
      local report, seen = match(all[i + 1], '^(%d+):%d+:(%d+)$')
      if report and match(name, '^m:%x+$') and left_of(retention, tonumber(seen)) > 0 then
        count = count + 1
        if report == highest then left_count = left_count + 1 end
      else
        gone[#gone + 1] = name
      end
    end
  end
end

-- Notes that the process is live. Every process is looked at only once in a hundredth of the retention.
local function see(retention)
  if own then own.seen = now end
  if left_of(floor(retention / 100), swept) == 0 then
    swept = now
    sweep(retention)
  end
end

-- Writes what has changed, and sets the life of the key in milliseconds; nil is for ever.
local function write_record(fields, life)
  -- A server that is full refuses a write only if nothing was written before, so nothing is deleted in vain.
  if not is_there and redis.call('EXISTS', key) == 1 then redis.call('DEL', key) end
  fields.kind, fields.swept = kind, text(swept)
  if own then
    fields[own_name] = write_member(own)
  elseif before[own_name] then
    gone[#gone + 1] = own_name
  end
  local arguments = {}
  for name, value in pairs(fields) do
    if value ~= before[name] then
      arguments[#arguments + 1] = name
      arguments[#arguments + 1] = value
    end
  end
  if #arguments > 0 then redis.call('HSET', key, unpack(arguments)) end
  -- Lua passes only some thousand arguments at once.
  for first = 1, #gone, 1000 do redis.call('HDEL', key, unpack(gone, first, min(first + 999, #gone))) end
  if life then redis.call('PEXPIRE', key, text(life)) else redis.call('PERSIST', key) end
end
