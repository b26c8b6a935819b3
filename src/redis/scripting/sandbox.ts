/* The world as a script sees it (after scriptingInit and the table protection in script_lua.c).
 *
 * Redis marks its tables read-only inside the interpreter; a stock interpreter cannot. So a script gets, in
 * place of each table, an empty one that looks up in the real one and refuses to be written to. They
 * are made anew for each script: nothing a script does can be seen by the next. */

import type { Bytes } from '#base/bytes.ts';

/** Runs once in a new interpreter, with the libraries of Redis as globals and the functions that Lua code
 *  cannot provide as argument. Returns a function that makes the globals of a script. */
export const SANDBOX: Bytes = `
local native = ...
local error, type, tostring, rawget, rawset, next, setmetatable, getmetatable =
  error, type, tostring, rawget, rawset, next, setmetatable, getmetatable
local READONLY = 'Attempt to modify a readonly table'
local LIBRARIES = {'string', 'math', 'table', 'bit', 'cjson', 'cmsgpack', 'struct', 'coroutine'}
local PLAIN = {'_VERSION', 'assert', 'collectgarbage', 'error', 'gcinfo', 'getmetatable', 'ipairs', 'load',
  'loadstring', 'rawequal', 'select', 'tostring', 'type', 'unpack', 'xpcall'}
local real = {}
for _, name in ipairs(PLAIN) do real[name] = _G[name] end
real.pcall, real.tonumber = native.pcall, native.tonumber
local loadstring, byte, concat = loadstring, string.byte, table.concat
-- Compiled code could break the interpreter: only source is accepted.
function real.loadstring(source, name)
  if type(source) == 'string' and byte(source, 1) == 27 then return nil, 'compiled code is not accepted' end
  return loadstring(source, name)
end
function real.load(reader, name)
  if type(reader) ~= 'function' then
    error("bad argument #1 to 'load' (function expected, got " .. (reader == nil and 'no value' or type(reader)) .. ')', 2)
  end
  local parts = {}
  for part in reader do
    if part == '' then break end
    if type(part) ~= 'string' then return nil, 'reader function must return a string' end
    parts[#parts + 1] = part
  end
  return real.loadstring(concat(parts), name or '=(load)')
end
real.__redis__err__handler = native.err_handler
local libraries = {}
for _, name in ipairs(LIBRARIES) do libraries[name] = _G[name] end
libraries.math.random, libraries.math.randomseed = native.random, native.randomseed
libraries.string.format = native.format
local string_meta = getmetatable('')

return function(redis_api, vars, load_api)
  local content = setmetatable({}, {__mode = 'k'})
  local function refuse() error(READONLY, 2) end
  local function missing(name)
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 3)
  end
  local function readonly(contents, strict)
    local index = contents
    if strict then
      index = function(_, name)
        local value = contents[name]
        if value == nil then missing(name) end
        return value
      end
    end
    local proxy = setmetatable({}, {__index = index, __newindex = refuse, __metatable = false})
    content[proxy] = contents
    return proxy
  end
  local globals = {}
  for name, value in next, real do globals[name] = value end
  for name, library in next, libraries do globals[name] = readonly(library) end
  for name, value in next, vars do globals[name] = value end
  local shown_meta = readonly({__index = globals.string})
  string_meta.__metatable = shown_meta
  local env = {}
  content[env] = globals
  globals._G = env
  function globals.next(t, key)
    return next(content[t] or t, key)
  end
  function globals.pairs(t)
    if content[t] then return next, content[t], nil end
    if type(t) ~= 'table' then
      error("bad argument #1 to 'pairs' (table expected, got " .. (t == nil and 'nil' or type(t)) .. ')', 2)
    end
    return next, t, nil
  end
  function globals.rawset(t, key, value)
    if content[t] then error(READONLY, 0) end
    return rawset(t, key, value)
  end
  function globals.rawget(t, key)
    if content[t] then return rawget(content[t], key) end
    return rawget(t, key)
  end
  function globals.setmetatable(t, meta)
    if content[t] then error(READONLY, 0) end
    return setmetatable(t, meta)
  end
  local env_meta = readonly({__index = function(_, name) missing(name) end})
  function globals.getmetatable(t)
    if t == env then return env_meta end
    if content[t] then return nil end
    return getmetatable(t)
  end
  globals.redis = readonly(redis_api)
  -- While a library is loaded it sees nothing but what it needs to register functions.
  local visible = globals
  if load_api then visible = {redis = readonly(load_api, true)} end
  setmetatable(env, {
    __index = function(_, name)
      local value = visible[name]
      if value == nil then missing(name) end
      return value
    end,
    __newindex = refuse,
    __metatable = false,
  })
  return env, function() visible = globals end
end
`;

/** Gives an error of a script the shape in which it travels: a table with its text and its place. */
export const ERROR_HANDLER: Bytes = `
local getinfo, type, tostring = debug.getinfo, type, tostring
return function(err)
  -- The place is that of the script: a function of Lua's own and what stands in for tables are passed over.
  local level = 2
  local info = getinfo(level, 'nSl')
  local passed = false
  while info and (info.source == '=redis' or (info.what == 'C' and not passed)) do
    passed = passed or info.what == 'C'
    level = level + 1
    info = getinfo(level, 'nSl')
  end
  if type(err) ~= 'table' then err = {err = 'ERR ' .. tostring(err)} end
  if info then
    err.source = info.source
    err.line = info.currentline
  end
  return err
end
`;
