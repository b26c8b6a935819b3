/* What `help` says in the debugger of scripts. */

import type { Bytes } from '#base/bytes.ts';

export const LDB_HELP: readonly Bytes[] = [
  'Commands of the Lua debugger; the letter in brackets is enough:',
  '[h]elp               This text.',
  '[s]tep, [n]ext       Run this line and stop at the next one.',
  '[c]ontinue           Run until a breakpoint, or to the end.',
  '[l]ist               The lines around this one.',
  '[l]ist <line>        The lines around another one; 0 is this one.',
  '[l]ist <line> <n>    The n lines before it and the n behind it.',
  '[w]hole              The whole script.',
  '[p]rint              All local variables.',
  '[p]rint <name>       One variable of this function or of its callers; KEYS and ARGV too.',
  '[b]reak              Which breakpoints there are.',
  '[b]reak <line> ...   Stop whenever that line is reached.',
  '[b]reak -<line> ...  Stop there no more.',
  '[b]reak 0            Remove all breakpoints.',
  '[t]race              Who has called whom.',
  '[e]val <code>        Run Lua code. It sees KEYS and ARGV, but no local variables.',
  '[r]edis <command>    Run a command of Redis.',
  '[m]axlen <bytes>     Cut shown values there; 0 shows them whole.',
  '[a]bort              End the script here. In sync mode what it has written stays.',
  '',
  'In the script itself:',
  'redis.debug(...)     Shows values here.',
  'redis.breakpoint()   Stops before the next line.',
];
