import { beforeAll, describe, expect, test } from 'vitest';
import { sha1Hex } from '#base/sha1.ts';
import { cloneGraph } from '#base/clone.ts';
import { loadLua } from '#node/lua.ts';
import { ErrorReply, type Reply, type Verbatim } from '#redis/reply.ts';
import { LoneServer } from '../../conformance/lone-server.ts';

beforeAll(() => loadLua());

const BUSY = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
const textOf = (reply: Reply | undefined): string =>
  reply instanceof ErrorReply ? reply.text : JSON.stringify(reply);

test('SHA-1 is right for short, block-sized and long texts', () => {
  expect(sha1Hex('')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
  expect(sha1Hex('abc')).toBe('a9993e364706816aba3e25717850c26c9cd0d89d');
  expect(sha1Hex('a'.repeat(64))).toBe('0098ba824b5c16427bd7a1122a5a442a25ec644d');
});

describe('a script that does not end', () => {
  const start = (script: string, config = {}): { lone: LoneServer; other: number; caller: number } => {
    const lone = new LoneServer({ 'busy-reply-threshold': '100', ...config });
    const caller = lone.connect();
    const other = lone.connect();
    expect(lone.run(caller, 'EVAL', script, '0')).toEqual([]);
    return { lone, other, caller };
  };

  test('makes others hear BUSY, and can be killed while it has not written', () => {
    const { lone, other, caller } = start('while true do redis.call("get", "k") end');
    expect(textOf(lone.ask(other, 'GET', 'k'))).toBe(BUSY);
    lone.advance(200);
    expect(textOf(lone.ask(other, 'FUNCTION', 'KILL'))).toBe(BUSY);
    expect(lone.ask(other, 'SCRIPT', 'KILL')).toMatchObject({ text: 'OK' });
    expect(textOf(lone.take(caller)[0])).toMatch(
      /^ERR Script killed by user with SCRIPT KILL\.\.\. script: [0-9a-f]{40}, on @user_script:1\.$/,
    );
    expect(lone.ask(other, 'GET', 'k')).toBeNull();
    expect(textOf(lone.ask(other, 'SCRIPT', 'KILL'))).toBe('NOTBUSY No scripts in execution right now.');
  });

  test('cannot hide from the clock in pcall', () => {
    const { lone, other } = start('while true do pcall(function() while true do end end) end');
    lone.advance(500);
    expect(lone.ask(other, 'SCRIPT', 'KILL')).toMatchObject({ text: 'OK' });
  });

  test('cannot be killed once it has written, and writes only once', () => {
    const { lone, other } = start('redis.call("incr", "n") while true do end');
    lone.advance(2000);
    expect(textOf(lone.ask(other, 'SCRIPT', 'KILL'))).toMatch(/^UNKILLABLE /);
    expect(lone.server.dbs[0]?.keys.size).toBe(1);
    const copy = cloneGraph(lone.server.scripting);
    expect(copy.slow?.replies).toEqual([1]);
    expect(copy.slow).not.toBe(lone.server.scripting.slow);
  });

  test('that ends after all gets its reply when its time comes, having run each command once', () => {
    const script =
      'for i = 1, 10 do redis.call("incr", "n") end for i = 1, 2e7 do end return redis.call("incr", "n")';
    const { lone, other, caller } = start(script);
    expect(textOf(lone.ask(other, 'GET', 'n'))).toBe(BUSY);
    lone.advance(200);
    expect(lone.take(caller)).toEqual([]);
    lone.advance(60_000);
    expect(lone.take(caller)).toEqual([11]);
    expect(lone.ask(other, 'GET', 'n')).toBe('11');
  });

  test('serves who waits for its data only when it is done', () => {
    const lone = new LoneServer({ 'busy-reply-threshold': '100' });
    const [caller, other, waiting] = [lone.connect(), lone.connect(), lone.connect()];
    lone.run(waiting, 'BLPOP', 'x', '0');
    lone.run(
      caller,
      'EVAL',
      'redis.call("lpush", "x", "y") for i = 1, 2e7 do end redis.call("lpush", "x", "z")',
      '0',
    );
    expect(textOf(lone.ask(other, 'GET', 'x'))).toBe(BUSY);
    lone.run(other, 'HELLO', '2');
    lone.advance(150);
    expect(lone.take(waiting)).toEqual([]);
    expect(lone.ask(other, 'CLIENT', 'UNBLOCK', '1')).toMatchObject({ text: BUSY });
    lone.advance(60_000);
    expect(lone.take(waiting)).toEqual([['x', 'z']]);
  });

  test('inside MULTI is stopped instead of hanging the server', () => {
    const lone = new LoneServer({ 'busy-reply-threshold': '10' });
    const socket = lone.connect();
    lone.run(socket, 'MULTI');
    lone.run(socket, 'EVAL', 'while true do end', '0');
    const [reply] = lone.run(socket, 'EXEC');
    expect(textOf((reply as Reply[])[0])).toMatch(/^ERR Script killed/);
  });
});

// As 7.0.15 prints them on a 64-bit computer.
test.for([
  ['%d', '3e20', '-9223372036854775808'],
  ['%d', '0/0', '-9223372036854775808'],
  ['%5d', '2^40', '1099511627776'],
  ['%u', '-1', '18446744073709551615'],
  ['%x', '-1.5', 'ffffffffffffffff'],
  ['%u', '1.9e19', '0'],
  ['%X', '2^63', '8000000000000000'],
  ['%#x', '-0.5', '0'],
  ['%05d', '-3', '-0003'],
] as const)('string.format(%s) of %s', ([format, number, text]) => {
  const lone = new LoneServer();
  expect(lone.ask(lone.connect(), 'EVAL', `return string.format('${format}', ${number})`, '0')).toBe(text);
});

test('libraries come back from FUNCTION DUMP', () => {
  const lone = new LoneServer();
  const socket = lone.connect();
  const code = "#!lua name=lib\nredis.register_function('f', function() return 42 end)";
  expect(lone.ask(socket, 'FUNCTION', 'LOAD', code)).toBe('lib');
  const payload = lone.ask(socket, 'FUNCTION', 'DUMP') as string;
  lone.run(socket, 'FUNCTION', 'FLUSH');
  expect(lone.ask(socket, 'FUNCTION', 'RESTORE', payload)).toMatchObject({ text: 'OK' });
  expect(lone.ask(socket, 'FCALL', 'f', '0')).toBe(42);
});

describe('the sandbox', () => {
  const lone = (): { ask: (script: string, ...args: string[]) => Reply } => {
    const server = new LoneServer();
    const socket = server.connect();
    return { ask: (script, ...args) => server.ask(socket, 'EVAL', script, '0', ...args) };
  };

  test('lets nothing through from one script to the next', () => {
    const { ask } = lone();
    ask('rawset(KEYS, 1, "x") table.insert(ARGV, "y") return 1');
    ask('for k in pairs(string) do pcall(function() string[k] = nil end) end return 1');
    ask('table.insert(math, 5) pcall(rawset, table, "insert", 1) return 1');
    expect(ask('return {#KEYS, #ARGV, #math, type(table.insert), type(string.rep)}')).toEqual([
      0,
      0,
      0,
      'function',
      'function',
    ]);
  });

  test('has neither files, nor the system, nor compiled code', () => {
    const { ask } = lone();
    for (const name of [
      'os',
      'io',
      'require',
      'package',
      'dofile',
      'loadfile',
      'debug',
      'setfenv',
      'getfenv',
      'print',
      'newproxy',
      'module',
    ]) {
      expect(textOf(ask(`return ${name}`)), name).toMatch(/nonexistent global variable/);
    }
    expect(ask('return loadstring(string.dump(function() end)) == nil')).toBe(1);
    expect(ask('return load(function() return nil end) ~= nil')).toBe(1);
  });

  test('bounds memory and recursion', () => {
    const { ask } = lone();
    expect(textOf(ask('return string.rep("x", 1e9)'))).toMatch(/not enough memory/);
    expect(textOf(ask('local function f() return 1 + f() end return f()'))).toMatch(/stack overflow/);
    expect(textOf(ask('local t = {} t = {t} for i = 1, 1e4 do t = {t} end return t'))).toMatch(
      /lua stack limit|\[/,
    );
    expect(ask('return 1')).toBe(1);
  });

  test('keeps bytes as they are', () => {
    const { ask } = lone();
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    expect(ask('return ARGV[1]', all)).toBe(all);
    expect(ask('redis.call("set", "k", ARGV[1]) return redis.call("get", "k")', all)).toBe(all);
    expect(ask('return cmsgpack.unpack(cmsgpack.pack(ARGV[1]))', all)).toBe(all);
    expect(ask('return cjson.decode(cjson.encode(ARGV[1]))', all)).toBe(all);
  });
});

test('random numbers differ from call to call and repeat in a world that is run again', () => {
  const draw = (): Reply[] => {
    const lone = new LoneServer();
    const socket = lone.connect();
    return [1, 2, 3].map(() => lone.ask(socket, 'EVAL', 'return math.random(1e9)', '0'));
  };
  const first = draw();
  expect(new Set(first).size).toBe(3);
  expect(draw()).toEqual(first);
});

test('a library survives a snapshot, and loads anew in the copy', () => {
  const lone = new LoneServer();
  const socket = lone.connect();
  const code =
    '#!lua name=counter\nlocal n = 0\nredis.register_function("next", function() n = n + 1 return n end)';
  lone.ask(socket, 'FUNCTION', 'LOAD', code);
  expect(lone.ask(socket, 'FCALL', 'next', '0')).toBe(1);
  expect(lone.ask(socket, 'FCALL', 'next', '0')).toBe(2);
  lone.server.scripting = cloneGraph(lone.server.scripting);
  expect(lone.ask(socket, 'FCALL', 'next', '0')).toBe(1);
});

describe('the statistics of errors', () => {
  const stats = (lone: LoneServer, socket: number): string =>
    (lone.ask(socket, 'INFO', 'errorstats', 'commandstats') as Verbatim).text;

  test('count what a command of a script got once, whatever the script does with it', () => {
    for (const [call, failed] of [
      ['return redis.call("incr", "text")', 1],
      ['return redis.pcall("incr", "text")', 1],
      ['redis.pcall("incr", "text") return 1', 0],
    ] as const) {
      const lone = new LoneServer();
      const socket = lone.connect();
      lone.run(socket, 'SET', 'text', 'x');
      lone.run(socket, 'EVAL', call, '0');
      const text = stats(lone, socket);
      expect(text).toContain('errorstat_ERR:count=1\r\n');
      expect(text).toMatch(/cmdstat_incr:calls=1,.*rejected_calls=0,failed_calls=1\r\n/);
      expect(text).toMatch(new RegExp(`cmdstat_eval:calls=1,.*failed_calls=${failed}\r\n`));
    }
  });

  test('count a command that a script may not run as rejected', () => {
    const lone = new LoneServer();
    const socket = lone.connect();
    lone.run(socket, 'EVAL_RO', 'return redis.pcall("set", "k", "v")', '0');
    expect(stats(lone, socket)).toMatch(/cmdstat_set:calls=0,.*rejected_calls=1,failed_calls=0\r\n/);
    expect(stats(lone, socket)).toContain('errorstat_ERR:count=1\r\n');
    lone.run(socket, 'CONFIG', 'RESETSTAT');
    lone.run(socket, 'EVAL', 'redis.pcall("get") return 1', '0');
    expect(stats(lone, socket)).toMatch(/cmdstat_eval:calls=1,.*rejected_calls=0,failed_calls=0\r\n/);
  });
});

describe('libraries', () => {
  const library = (first: string, name = 'f'): string =>
    `${first}\nredis.register_function('${name}', function() return '${name}' end)`;

  test('have functions whose names may be typed in any case', () => {
    const lone = new LoneServer();
    const socket = lone.connect();
    expect(lone.ask(socket, 'FUNCTION', 'LOAD', library('#!lua name="a"', 'Hello'))).toBe('a');
    expect(lone.ask(socket, 'FCALL', 'hELLO', '0')).toBe('Hello');
    expect(textOf(lone.ask(socket, 'FUNCTION', 'LOAD', library('#!lua name=b', 'HELLO')))).toBe(
      'ERR Function HELLO already exists',
    );
    expect(textOf(lone.ask(socket, 'FUNCTION', 'LOAD', library('#!js name=a')))).toBe(
      "ERR Engine 'js' not found",
    );
    expect(textOf(lone.ask(socket, 'FUNCTION', 'LOAD', library('#! name=a')))).toBe(
      "ERR Engine '' not found",
    );
    expect(textOf(lone.ask(socket, 'FUNCTION', 'LOAD', library('#!lua name="a')))).toBe(
      'ERR Invalid library metadata',
    );
  });

  test('are kept, refused or replaced when a dump file is loaded over them', () => {
    const lone = new LoneServer({ 'enable-debug-command': 'yes' });
    const socket = lone.connect();
    lone.run(socket, 'FUNCTION', 'LOAD', library('#!lua name=old', 'one'));
    lone.run(socket, 'SET', 'k', 'v');
    lone.run(socket, 'SAVE');
    lone.run(socket, 'FUNCTION', 'LOAD', library('#!lua name=new', 'two'));
    expect(textOf(lone.ask(socket, 'DEBUG', 'RELOAD', 'NOSAVE', 'NOFLUSH'))).toBe(
      'ERR Error trying to load the RDB dump, check server logs',
    );
    expect(lone.ask(socket, 'DEBUG', 'RELOAD', 'NOSAVE', 'NOFLUSH', 'MERGE')).toMatchObject({ text: 'OK' });
    expect([lone.ask(socket, 'FCALL', 'one', '0'), lone.ask(socket, 'FCALL', 'two', '0')]).toEqual([
      'one',
      'two',
    ]);
    expect(lone.ask(socket, 'DEBUG', 'RELOAD', 'NOSAVE')).toMatchObject({ text: 'OK' });
    expect(textOf(lone.ask(socket, 'FCALL', 'two', '0'))).toBe('ERR Function not found');
  });
});

describe('in a script', () => {
  test('no command waits, whatever else it may do', () => {
    const lone = new LoneServer();
    const reply = lone.ask(
      lone.connect(),
      'EVAL',
      'return redis.pcall("xread", "BLOCK", 0, "STREAMS", "s", "$")',
      '0',
    );
    expect(textOf(reply)).toBe('ERR xread command is not allowed with BLOCK option from scripts');
  });

  test('a command may have as many arguments as the stack of Lua holds', () => {
    const lone = new LoneServer();
    const script = 'local a = {} for i = 1, 7990 do a[i] = i end return redis.call("rpush", "l", unpack(a))';
    expect(lone.ask(lone.connect(), 'EVAL', script, '0')).toBe(7990);
  });

  test('the rules of the globals can be seen and not changed', () => {
    const lone = new LoneServer();
    const reply = lone.ask(lone.connect(), 'EVAL', 'getmetatable(_G).__index = {}', '0');
    expect(textOf(reply)).toMatch(/^ERR .*Attempt to modify a readonly table/);
  });
});

test('a client that tracks with NOLOOP is not told of what its own script changed', () => {
  const lone = new LoneServer();
  const [client, other] = [lone.connect(), lone.connect()];
  lone.run(client, 'HELLO', '3');
  lone.run(client, 'CLIENT', 'TRACKING', 'ON', 'NOLOOP');
  const change = (who: number): void => {
    lone.run(client, 'GET', 'k');
    lone.run(who, 'EVAL', "return redis.call('SET', 'k', '2')", '1', 'k');
  };
  change(client);
  expect(lone.ask(client, 'GET', 'k')).toBe('2');
  change(other);
  expect(lone.take(client)).toMatchObject([{ items: ['invalidate', ['k']] }]);
});

describe('the library cjson', () => {
  const nested = 'return cjson.encode({{{1}}})';

  test('keeps its settings until the interpreter goes, for scripts and functions apart', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    const other = new LoneServer();
    lone.ask(
      client,
      'FUNCTION',
      'LOAD',
      '#!lua name=l\nredis.register_function("f", function() return cjson.encode({{{1}}}) end)',
    );
    expect(lone.ask(client, 'EVAL', 'return cjson.encode_max_depth(2)', '0')).toBe(2);
    expect(cloneGraph(lone.server.scripting).cjson.eval?.encodeMaxDepth).toBe(2);
    expect(textOf(lone.ask(client, 'EVAL', nested, '0'))).toMatch(
      /Cannot serialise, excessive nesting \(3\)/,
    );
    expect(lone.ask(client, 'FCALL', 'f', '0')).toBe('[[[1]]]');
    expect(other.ask(other.connect(), 'EVAL', nested, '0')).toBe('[[[1]]]');
    lone.ask(client, 'SCRIPT', 'FLUSH');
    expect(lone.ask(client, 'EVAL', nested, '0')).toBe('[[[1]]]');
  });

  test('gives tables of functions with settings of their own', () => {
    const lone = new LoneServer();
    const client = lone.connect();
    const script =
      'local a, b = cjson.new(), cjson.new() a.encode_number_precision(3) b.encode_max_depth(1) ' +
      'return {a.encode(1 / 3), b.encode(1 / 3), cjson.encode({1 / 3}), tostring((pcall(b.encode, {{}}))), a._NAME}';
    expect(lone.ask(client, 'EVAL', script, '0')).toEqual([
      '0.333',
      '0.33333333333333',
      '[0.33333333333333]',
      'false',
      'cjson',
    ]);
    expect(lone.ask(client, 'EVAL', 'return cjson.encode_number_precision()', '0')).toBe(14);
  });

  test.each([
    ['cjson.encode_max_depth(0)', "#1 to 'encode_max_depth' (expected integer between 1 and 2147483647)"],
    ['cjson.encode_max_depth(1, 2)', "#2 to 'encode_max_depth' (found too many arguments)"],
    ['cjson.encode_invalid_numbers("x")', "#1 to 'encode_invalid_numbers' (invalid option 'x')"],
    ['cjson.encode_keep_buffer({})', "#1 to 'encode_keep_buffer' (string expected, got table)"],
  ])('refuses %s', (call, problem) => {
    const lone = new LoneServer();
    const reply = lone.ask(lone.connect(), 'EVAL', `return ${call}`, '0');
    expect(textOf(reply)).toContain(`ERR user_script:1: bad argument ${problem} script:`);
  });
});

test.each([
  ['return bit.band("x")', "bad argument #1 to 'band' (number expected, got string)"],
  ['local f = struct.pack return f("i", {})', "bad argument #2 to 'f' (number expected, got table)"],
  [
    'return {err = select(2, pcall(cmsgpack.unpack))}',
    "bad argument #1 to '?' (string expected, got no value)",
  ],
])('an error of a library calls the function as the script has called it: %s', (script, problem) => {
  const lone = new LoneServer();
  expect(textOf(lone.ask(lone.connect(), 'EVAL', script, '0'))).toContain(problem);
});

test.each([
  ['return bit.tohex(1e100)', '2594c37d'],
  ['return bit.tohex(-1e308)', '85ebc8a0'],
  ['return bit.tobit(2^32 + 5)', 5],
  ['return bit.tobit(0.5) + bit.tobit(1.5) + bit.tobit(-2.5)', 0],
  ['return struct.size("qh")', 2],
  ['return tostring(cjson.decode("[1e400]")[1])', 'inf'],
  ['return cjson.encode({[2^53] = 1})', '{"9.007199254741e+15":1}'],
  ['return #struct.pack("!4bi4", 1, 2)', 8],
  ['return tonumber("ffffffffff", 16)', 1099511627775],
  ['return tonumber(" -0x10 ", 16) == 2^64 - 16', 1],
  ['return tonumber("zz", 36) .. tostring(tonumber("8", 8)) .. tostring(tonumber("", 16))', '1295nilnil'],
  ['return tonumber("0x10") + tonumber(" 12 ") + tonumber("7", 10)', 35],
])('libraries take numbers as C takes them: %s', (script, value) => {
  const lone = new LoneServer();
  expect(lone.ask(lone.connect(), 'EVAL', script, '0')).toBe(value);
});

test.each([
  ['return struct.pack("bi", 1)', "bad argument #3 to 'pack' (number expected, got nil)"],
  ['return struct.pack()', "bad argument #1 to 'pack' (string expected, got no value)"],
  ['return struct.pack("bq", {})', "bad argument #2 to 'pack' (number expected, got table)"],
  ['return struct.pack("bq", 1)', "bad argument #1 to 'pack' (invalid format option 'q')"],
  ['return tonumber()', "bad argument #1 to 'tonumber' (value expected)"],
  ['return tonumber({}, 16)', "bad argument #1 to 'tonumber' (string expected, got table)"],
  ['return tonumber("1", 37)', "bad argument #2 to 'tonumber' (base out of range)"],
  ['error("cut\\0off")', 'ERR user_script:1: cut script: '],
])('a script hears of the first mistake: %s', (script, problem) => {
  const lone = new LoneServer();
  expect(textOf(lone.ask(lone.connect(), 'EVAL', script, '0'))).toContain(problem);
});
