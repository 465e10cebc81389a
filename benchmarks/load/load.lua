-- SPDX-License-Identifier: BSL-1.0
-- The requests of wrk, for load.py: a call is drawn in turn from CALLS, a comma-separated list.
-- Members, organizations and users are those of the world that load.py made; MEMBERS names a file
-- with a line "MEMBERSHIP ORGANIZATION" for each membership. Creations begin with pair FIRST_PAIR.
-- AHEAD of them are made before the run, so that it takes no time from the server.

local organizations = tonumber(os.getenv("ORGANIZATIONS"))
local pair = tonumber(os.getenv("FIRST_PAIR"))
local memberships = "/user_management/organization_memberships"
local fields = " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " .. os.getenv("KEY") .. "\r\n"

local function get(target)
  return "GET " .. target .. fields .. "\r\n"
end

local function post(target, more, body)
  return "POST " .. target .. fields .. "Content-Type: application/json\r\n" .. more ..
    "Content-Length: " .. #body .. "\r\n\r\n" .. body
end

local gets, checks, lists, creations = {}, {}, {}, {}

local function make_creation(more)
  local user, organization = math.floor(pair / organizations), pair % organizations
  pair = pair + 1
  return post(memberships, more,
    '{"user_id":"new_' .. user .. '","organization_id":"org_' .. organization .. '"}')
end

local make = {
  create = function() return make_creation("") end,
  create_once = function() return make_creation("Idempotency-Key: load-" .. pair .. "\r\n") end,
}

local used = 0
local function next_creation(how)
  used = used + 1
  return creations[used] or make[how]()
end

local draw = {
  create = function() return next_creation("create") end,
  create_once = function() return next_creation("create_once") end,
  get = function() return gets[math.random(#gets)] end,
  list = function() return lists[math.random(#lists)] end,
  check = function() return checks[math.random(#checks)] end,
}

local calls = {}
for name in os.getenv("CALLS"):gmatch("[^,]+") do
  calls[#calls + 1] = name
end

function init()
  math.randomseed(1)
  for line in io.lines(os.getenv("MEMBERS")) do
    local id, organization = line:match("(%S+) (%S+)")
    gets[#gets + 1] = get(memberships .. "/" .. id)
    checks[#checks + 1] = post("/authorization/organization_memberships/" .. id .. "/check", "",
      '{"permission_slug":"documents:read","resource_id":"' .. organization .. '"}')
  end
  for i = 0, organizations - 1 do
    lists[i + 1] = get(memberships .. "?organization_id=org_" .. i)
  end
  if make[calls[1]] then
    for i = 1, tonumber(os.getenv("AHEAD")) do
      creations[i] = make[calls[1]]()
    end
  end
end

local turn = 0
function request()
  turn = turn % #calls + 1
  return draw[calls[turn]]()
end

created = 0
if os.getenv("COUNT_CREATED") then
  function response(status)
    if status == 201 then created = created + 1 end
  end
end

local threads = {}
function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local errors = summary.errors
  local made = 0
  for _, thread in ipairs(threads) do
    made = made + thread:get("created")
  end
  print(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "refused": %d, ' ..
    '"socket_errors": %d, "created": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, made))
end
