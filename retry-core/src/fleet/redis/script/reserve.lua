
-- The reserve: `reserve`, time, process, fresh, tokens per second, wanted tokens

local function claim()
  micros = min(micros, MAX_NOW)
  now = floor(micros / 1000)
  local failure = read_record({ 'kind', 'epoch', 'swept', 'spent' })
  if failure then return failure end
  local spent = number(before.spent)
  -- No process leaves a reserve.
  is_there = is_there and spent and not (own and has_left(own))
  begin_record()
  local epoch = before.epoch or fresh
  spent = is_there and spent or micros
  local per_second, wanted = tonumber(ARGV[5]), tonumber(ARGV[6])

  visit()
  see(300000)
  local tokens, next_in = 0, MAX_TIME
  if per_second > 0 then
    local second = 1000000
    local function ceil(value) return floor((value + per_second - 1) / per_second) end
    local share = max(floor(per_second / max(live(), 1)), 1)
    -- The time in which a grant accrues.
    local accrues = ceil(share * second)
    -- A clock that was set back far is another one.
    if spent > micros + second + accrues then spent = micros end
    spent = max(spent, micros - accrues)
    local available = floor(max(micros - spent, 0) * per_second / second)
    tokens = min(available, share, wanted)
    spent = spent + ceil(tokens * second)
    next_in = floor((max(spent + ceil(second) - micros, 0) + 999) / 1000)
  end
  write_record({ epoch = epoch, spent = text(spent) }, 3600000)
  return { tokens, live(), next_in }
end

if kind == 'reserve' then return claim() end
