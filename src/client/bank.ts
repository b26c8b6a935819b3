/* What a lock may guard: coupons, each to be spent once. The bank is a server of its own that holds the number
 * of the next coupon; whoever has the lock asks for it, works, and spends it.
 *
 * A careful bank wants the number that was drawn together with the lock (a fencing token) as well. It takes
 * only a number greater than all before, and a coupon only from who brought the last one. */

import type { Bytes } from '#base/bytes.ts';

const COUPON = 'coupon';
const NEWEST = 'newest';

/** Which coupon is next; nil for a number that is not greater than the newest. */
const TAKE =
  "if tonumber(ARGV[1])<=tonumber(redis.call('get',KEYS[2]) or '0') then return false end " +
  "redis.call('set',KEYS[2],ARGV[1]) return redis.call('get',KEYS[1]) or '0'";
const SPEND =
  "if redis.call('get',KEYS[2])~=ARGV[1] then return 0 end redis.call('set',KEYS[1],ARGV[2]) return 1";

/** Asks which coupon is next; `number` is that of the lock, null at a bank that wants none. */
export function takeCoupon(number: number | null): Bytes[] {
  return number === null ? ['GET', COUPON] : ['EVAL', TAKE, '2', COUPON, NEWEST, String(number)];
}

/** Spends a coupon: answers OK or 1, and 0 when the bank refuses. */
export function spendCoupon(coupon: number, number: number | null): Bytes[] {
  const next = String(coupon + 1);
  return number === null ? ['SET', COUPON, next] : ['EVAL', SPEND, '2', COUPON, NEWEST, String(number), next];
}
