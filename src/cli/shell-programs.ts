/* Programs that only a shell runs; fetched when one is first wanted. */

export { ask } from './ask.ts';
export { nc } from './nc.ts';
export { ping } from './ping.ts';
export { redisBenchmark } from './redis-benchmark.ts';
