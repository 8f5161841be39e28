
-- The circuit: `circuit`, time, process, fresh, ten numbers of the rules, action, and
--   look, join, leave
--   report   epoch generation number good bad slow tripped
--   lease    number
--   outcome  epoch generation lease failed
--   release  epoch generation lease
--   force    epoch generation milliseconds
--   reset    epoch generation

local rules = {
  quorum = tonumber(ARGV[5]),
  window = tonumber(ARGV[6]),
  minimum_calls = tonumber(ARGV[7]),
  failure_rate = tonumber(ARGV[8]), -- of a million
  slow_rate = tonumber(ARGV[9]),    -- of a million
  open_for = tonumber(ARGV[10]),
  open_for_max = tonumber(ARGV[11]),
  trial_timeout = tonumber(ARGV[12]),
  trials = tonumber(ARGV[13]),
  trial_failures = tonumber(ARGV[14]),
}
local action = ARGV[15]
now = max(now, 1) -- 0 stands for "never".
local function argument(index) return tonumber(ARGV[15 + index]) end

local PHASES = { closed = true, open = true, ['half-open'] = true, ['forced-open'] = true }
local circuit

-- The circuit of the fields that were read, or nil if one of them is damaged.
local function read_circuit()
  local read = {
    epoch = hex(before.epoch),
    generation = number(before.generation),
    phase = PHASES[before.phase] and before.phase,
    since = number(before.since),
    forced_for = number(before.forced, MAX_TIME),
    openings = number(before.openings, MAX_U32),
    succeeded = number(before.succeeded, MAX_U32),
    failed = number(before.failed, MAX_U32),
    tripped = list(before.tripped, 32, read_latest),
    length = number(before.tenth),
    tenths = list(before.calls, 19, read_tenth),
    failing = list(before.failing, 32, read_latest),
    leases = list(before.leases, 65535, read_lease),
    left = number(before.left, MAX_U32),
  }
  local is_whole = read.epoch and read.generation and read.phase and read.since and read.forced_for and read.openings
    and read.succeeded and read.failed and read.tripped and read.length and read.tenths and read.failing and read.leases
    and read.left
  return is_whole and read
end

local function circuit_fields()
  return {
    epoch = circuit.epoch,
    generation = text(circuit.generation),
    phase = circuit.phase,
    since = text(circuit.since),
    forced = text(circuit.forced_for),
    openings = text(circuit.openings),
    succeeded = text(circuit.succeeded),
    failed = text(circuit.failed),
    tripped = join(circuit.tripped, write_latest),
    tenth = text(circuit.length),
    calls = join(circuit.tenths, write_tenth),
    failing = join(circuit.failing, write_latest),
    leases = join(circuit.leases, write_lease),
    left = text(left_count),
  }
end

-- Begins a phase, which is a new generation. What was counted in the last one counts no more.
local function begin(phase)
  circuit.generation = circuit.generation + 1
  circuit.phase, circuit.since, circuit.forced_for = phase, now, 0
  if phase == 'closed' or phase == 'forced-open' then circuit.openings = 0 end
  circuit.succeeded, circuit.failed, circuit.length = 0, 0, 0
  circuit.tripped, circuit.tenths, circuit.failing, circuit.leases = {}, {}, {}, {}
end

-- A new circuit is closed, in the generation 0.
local function new_circuit()
  circuit = { epoch = fresh, generation = -1, openings = 0 }
  begin('closed')
  circuit.since = 0
end

-- How long the circuit stays open: twice as long with each failed recovery, up to a limit.
local function open_time()
  local time = rules.open_for
  for _ = 2, circuit.openings do
    if time >= rules.open_for_max then break end
    time = min(time * 2, rules.open_for_max)
  end
  return time
end

local function open()
  local grows = circuit.openings == 0 or open_time() < rules.open_for_max
  begin('open')
  if grows then circuit.openings = min(circuit.openings + 1, MAX_U32) end
end

-- How much longer calls are refused, whatever leases there are.
local function refused_for()
  if circuit.phase == 'open' then return left_of(open_time(), circuit.since) end
  if circuit.phase ~= 'forced-open' then return 0 end
  if circuit.forced_for >= MAX_TIME then return MAX_TIME end
  return left_of(circuit.forced_for, circuit.since)
end

local function is_live(lease) return left_of(rules.trial_timeout, lease.since) > 0 end

local function live_leases()
  local count = 0
  for _, lease in ipairs(circuit.leases) do
    if is_live(lease) then count = count + 1 end
  end
  return count
end

local function has_lease(n)
  for _, lease in ipairs(circuit.leases) do
    if lease.process == process and lease.number == n and is_live(lease) then return true end
  end
  return false
end

local function keep_leases(keeps)
  local kept = {}
  for _, lease in ipairs(circuit.leases) do
    if keeps(lease) then kept[#kept + 1] = lease end
  end
  circuit.leases = kept
end

-- Ends a lease of the process, and returns whether it was live.
local function end_lease(n)
  local was_live = has_lease(n)
  if was_live then keep_leases(function(lease) return lease.process ~= process or lease.number ~= n end) end
  return was_live
end

-- When the next lease ends by itself.
local function next_end()
  local least
  for _, lease in ipairs(circuit.leases) do
    local left = left_of(rules.trial_timeout, lease.since)
    if left > 0 and (not least or left < least) then least = left end
  end
  return least or 0
end

-- Whether the number of a report or a lease is new. A process joins with the number 1; any higher one of a process that
-- is not there may be a repeated one.
local function is_next(what, n)
  if n >= MAX_NUMBER then return false end
  if own then return n > own[what] end
  return n == 1
end

-- Adds the calls of a report to those of the window, which has ten parts.
local function add_calls(good, bad, slow)
  local length = max(floor(rules.window / 10), 1)
  if length ~= circuit.length then circuit.length, circuit.tenths = length, {} end
  local this = floor(now / length)
  local kept, tenth = {}, nil
  for _, other in ipairs(circuit.tenths) do
    -- Neither the tenths before the window nor those of a clock that was ahead.
    if math.abs(other.number - this) < 10 then
      kept[#kept + 1] = other
      if other.number == this and not tenth then tenth = other end
    end
  end
  if not tenth then
    tenth = { number = this, good = 0, bad = 0, slow = 0 }
    kept[#kept + 1] = tenth
  end
  circuit.tenths = kept
  local most = 200000000
  tenth.good, tenth.bad = min(tenth.good + good, most), min(tenth.bad + bad, most)
  tenth.slow = min(tenth.slow + slow, most)
end

local function reaches_rate()
  local all, bad, slow = 0, 0, 0
  for _, tenth in ipairs(circuit.tenths) do
    all, bad, slow = all + tenth.good + tenth.bad, bad + tenth.bad, slow + tenth.slow
  end
  local function reaches(part, rate) return rate > 0 and part * 1000000 >= rate * all end
  return all >= rules.minimum_calls and (reaches(bad, rules.failure_rate) or reaches(slow, rules.slow_rate))
end

-- Returns the entries of the other processes.
local function forget(entries)
  local kept = {}
  for _, entry in ipairs(entries) do
    if entry.process ~= process then kept[#kept + 1] = entry end
  end
  return kept
end

-- Returns the entries with one for the process and now: the latest of each of the latest 32 processes.
local function note(entries)
  local kept = forget(entries)
  if #kept >= 32 then table.remove(kept, 1) end
  kept[#kept + 1] = { process = process, at = now }
  return kept
end

-- Returns the number of entries that are no older than the time.
local function count_since(entries, time)
  local count = 0
  for _, entry in ipairs(entries) do
    if left_of(time, entry.at) > 0 then count = count + 1 end
  end
  return count
end

-- Counts a report. The circuit opens if enough processes opened by their own rules of late, or if the rate is reached and
-- enough processes have failed of late.
local function count_report(good, bad, slow, tripped)
  add_calls(good, bad, slow)
  -- A healthy process has a failure now and then, and must not help a bad one to open the circuit. Half of the rate is more.
  local function reaches(part, rate) return rate > 0 and part > 0 and part * 2000000 >= rate * (good + bad) end
  local fails = tripped or reaches(bad, rules.failure_rate) or reaches(slow, rules.slow_rate)
  if fails then circuit.failing = note(circuit.failing) end
  -- Calls that are reported have run through a closed breaker, so the process is open no longer.
  circuit.tripped = forget(circuit.tripped)
  if tripped then circuit.tripped = note(circuit.tripped) end
  -- In the first window of a record, which may be one that was lost, those that have joined are not yet all.
  local is_young = circuit.generation == 0 and (circuit.since == 0 or left_of(rules.window, circuit.since) > 0)
  local quorum = is_young and rules.quorum or min(rules.quorum, live())
  local trip_memory = min(max(rules.window, rules.open_for, rules.open_for_max) * 2, rules.window * 10, MAX_TIME)
  local have_tripped = count_since(circuit.tripped, trip_memory) >= quorum
  local have_failed = count_since(circuit.failing, max(rules.window, rules.open_for)) >= quorum
  if have_tripped or (have_failed and reaches_rate()) then open() end
end

-- Ends the phase if the trials that have ended decide it. Returns whether it did.
local function settle()
  if circuit.failed > rules.trial_failures then
    open()
    return true
  end
  local closes = circuit.succeeded + rules.trial_failures >= rules.trials
  if closes then begin('closed') end
  return closes
end

-- How many trials have ended or hold a live lease.
local function used() return circuit.succeeded + circuit.failed + live_leases() end

local function is_here()
  return circuit.epoch == ARGV[16] and circuit.generation == argument(2)
end

-- The actions. Each returns whether it has changed the circuit.

local actions = {}

function actions.look() return false end

function actions.join()
  local is_new = not own
  visit()
  return is_new
end

function actions.report()
  local n = argument(3)
  if not is_next('report', n) then return false end
  visit()
  own.report = n
  if circuit.phase == 'closed' and is_here() then
    count_report(argument(4), argument(5), argument(6), argument(7) == 1)
  end
  return true
end

function actions.lease()
  local n = argument(1)
  if not is_next('lease', n) or circuit.phase == 'closed' or refused_for() > 0 then return false end
  if circuit.phase ~= 'half-open' then
    begin('half-open')
  elseif used() >= rules.trials then
    -- The trials that have ended decide it by themselves, if a process has other rules than the last one.
    return live_leases() == 0 and settle()
  end
  visit()
  own.lease = n
  keep_leases(is_live)
  circuit.leases[#circuit.leases + 1] = { process = process, number = n, since = now }
  return true
end

function actions.outcome()
  if not is_here() or not end_lease(argument(3)) then return false end
  local count = argument(4) == 1 and 'failed' or 'succeeded'
  circuit[count] = min(circuit[count] + 1, MAX_U32)
  settle()
  return true
end

function actions.release() return is_here() and end_lease(argument(3)) end

function actions.leave()
  local count = #circuit.leases
  keep_leases(function(lease) return lease.process ~= process end)
  local was_there = is_known()
  if was_there then
    own.report, own.lease = MAX_NUMBER, MAX_NUMBER
    left_count = min(left_count + 1, MAX_U32)
    -- The quorum is one of the processes that are there.
    circuit.tripped, circuit.failing = forget(circuit.tripped), forget(circuit.failing)
  end
  return was_there or #circuit.leases < count
end

function actions.force()
  if not is_here() then return false end
  begin('forced-open')
  circuit.forced_for = min(argument(3), MAX_TIME)
  return true
end

function actions.reset()
  if not is_here() then return false end
  begin('closed')
  return true
end

-- How long the record lives after a change; nil is for ever. By then the fleet has forgotten everything in it.
local function life()
  local longest = max(rules.window, rules.open_for, rules.open_for_max, rules.trial_timeout)
  local forced = 0
  if circuit.phase == 'forced-open' then
    if circuit.forced_for >= MAX_TIME then return nil end
    forced = circuit.forced_for
  end
  return max(min(longest * 10, MAX_TIME), min(forced * 2, MAX_TIME))
end

local failure = read_record({
  'kind', 'epoch', 'swept', 'generation', 'phase', 'since', 'forced', 'openings', 'succeeded', 'failed', 'tripped',
  'tenth', 'calls', 'failing', 'leases', 'left',
})
if failure then return failure end
circuit = is_there and read_circuit()
is_there = is_there and circuit
begin_record(circuit and circuit.left)
if not is_there then new_circuit() end

local changed = actions[action]()
if changed then
  if circuit.since == 0 then circuit.since = now end
  see(min(rules.window * 10, MAX_TIME))
  write_record(circuit_fields(), life())
end

local left = refused_for()
if circuit.phase == 'half-open' and used() >= rules.trials then left = next_end() end
local granted = action == 'lease' and has_lease(argument(1))
local function flag(value) return value and 1 or 0 end
return {
  circuit.epoch, circuit.generation, circuit.phase, left, flag(granted), live(), flag(is_known()), flag(changed),
}
