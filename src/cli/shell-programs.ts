/* Programs that only a shell runs, and modes of redis-cli that only a command line asks for; fetched when one is
 * first wanted. */

export { ask } from './ask.ts';
export { clusterManager } from './cluster/manager.ts';
export { endDebugging, evalMode, printLdbReply, restartDebugging } from './modes/eval.ts';
export { runMode } from './modes/run-mode.ts';
export { nc } from './nc.ts';
export { ping } from './ping.ts';
export { redisBenchmark } from './redis-benchmark.ts';
