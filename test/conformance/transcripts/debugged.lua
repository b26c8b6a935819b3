local key = KEYS[1]
local n = tonumber(ARGV[1])
local sum = 0
local t = {1, "two", {three = 3}}
for i = 1, n do
  redis.call('INCRBY', key, i)
  sum = sum + i
end
redis.debug(sum, t)
redis.breakpoint()
local function add(a, b)
  local c = a + b
  return c
end
local r = add(sum, 1)
local type_of = redis.pcall('LPUSH', key, 'x')
return {sum, r, redis.call('GET', key)}
