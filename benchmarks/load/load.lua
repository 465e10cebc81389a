-- SPDX-License-Identifier: BSL-1.0
-- The requests of wrk, for load.py: a call is drawn from CALLS, a comma-separated list. Members,
-- organizations and users are those of the world that load.py made; MEMBERS names a file with a
-- line "MEMBERSHIP ORGANIZATION" for each membership. Creations begin with pair FIRST_PAIR.

local calls, ids = {}, {}
for name in os.getenv("CALLS"):gmatch("[^,]+") do
  calls[#calls + 1] = name
end
local organizations = tonumber(os.getenv("ORGANIZATIONS"))
local pair = tonumber(os.getenv("FIRST_PAIR"))
local memberships = "/user_management/organization_memberships"
local key = "Bearer " .. os.getenv("KEY")
local json = {["Authorization"] = key, ["Content-Type"] = "application/json"}
local get_by_id, list, check = {}, {}, {}
created = 0

function init()
  math.randomseed(1)
  wrk.headers["Authorization"] = key
  local number = 0
  for line in io.lines(os.getenv("MEMBERS")) do
    local id, organization = line:match("(%S+) (%S+)")
    number = number + 1
    get_by_id[number] = wrk.format("GET", memberships .. "/" .. id)
    check[number] = wrk.format("POST", "/authorization/organization_memberships/" .. id .. "/check", json,
      '{"permission_slug":"documents:read","resource_id":"' .. organization .. '"}')
  end
  for i = 0, organizations - 1 do
    list[i + 1] = wrk.format("GET", memberships .. "?organization_id=org_" .. i)
  end
end

local function create()
  local body = string.format('{"user_id":"new_%d","organization_id":"org_%d"}',
    math.floor(pair / organizations), pair % organizations)
  pair = pair + 1
  return wrk.format("POST", memberships, json, body)
end

local function create_once()
  json["Idempotency-Key"] = "load-" .. pair
  return create()
end

local draw = {
  create = create,
  create_once = create_once,
  get = function() return get_by_id[math.random(#get_by_id)] end,
  list = function() return list[math.random(#list)] end,
  check = function() return check[math.random(#check)] end,
}

local turn = 0
function request()
  turn = turn % #calls + 1
  return draw[calls[turn]]()
end

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
  local made, last = 0, 0
  for _, thread in ipairs(threads) do
    made = made + thread:get("created")
  end
  print(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "refused": %d, ' ..
    '"socket_errors": %d, "created": %d}',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, made))
end
