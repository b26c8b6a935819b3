/* Locks: SET NX PX with a token on one key (lock), or on a majority of independent masters (redlock).
 *
 * A round: acquire, work for a while believing to be alone, release, pause, again. What the client
 * believes is announced with LOCK_ACQUIRED and LOCK_RELEASED; whether it was true shows when two clients
 * announce the same lock at the same time. A paused holder (garbage collection) goes on believing.
 *
 * The work may be a visit to a bank: take a coupon, work, spend it. With fencing a number is drawn
 * together with the lock, and the bank is told. */

import type { Bytes } from '#base/bytes.ts';
import { keyHashSlot } from '#base/crc16.ts';
import type { Micros } from '#redis/io.ts';
import { Status, type Reply } from '#redis/reply.ts';
import type { App, AppHost } from './app.ts';
import { spendCoupon, takeCoupon } from './bank.ts';
import { workAfter } from './pace.ts';

/** Deletes the lock only if it still holds our token. */
const COMPARE_AND_DELETE =
  "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end";
/** Takes the lock and draws a number that nobody had before, or answers 0. */
const LOCK_AND_NUMBER =
  "if redis.call('set',KEYS[1],ARGV[1],'nx','px',ARGV[2]) then return redis.call('incr',KEYS[2]) end return 0";
/** Clocks run apart: a lock counts as ours for a little less than its time to live. */
const DRIFT_SHARE = 0.01;
const DRIFT_MS = 2;

type Phase = 'idle' | 'acquiring' | 'taking' | 'holding' | 'spending' | 'releasing';

export class LockApp implements App {
  note = 'idle';
  /** `spent`, `rejected`: coupons that the bank took, and visits that it refused. */
  readonly figures = { acquired: 0, refused: 0, holding: 0, spent: 0, rejected: 0 };
  private readonly host: AppHost;
  /** Redlock: on several masters; else on one server, or wherever the cluster keeps the key. */
  private readonly many: boolean;
  private phase: Phase = 'idle';
  private token: Bytes = '';
  private beganAt: Micros = 0;
  private granted = 0;
  private awaited = 0;
  /** Drawn with the lock; null without fencing. */
  private number: number | null = null;
  private coupon = 0;

  constructor(host: AppHost, many: boolean) {
    this.host = host;
    this.many = many;
  }

  start(): void {
    this.pause();
  }

  changed(): void {}

  private pause(): void {
    this.phase = 'idle';
    workAfter(this.host, this.host.settings.pauseMs * 1000);
  }

  onTimer(timer: string): void {
    if (timer !== 'work') return;
    if (this.phase === 'idle') this.acquire();
    else if (this.phase === 'holding') this.endWork();
  }

  private acquire(): void {
    const { io, settings, name } = this.host;
    this.phase = 'acquiring';
    this.token = `${name}-${io.random.hex(16)}`;
    this.beganAt = io.now;
    this.granted = 0;
    this.number = null;
    const ttl = String(Math.round(settings.ttlMs));
    const plain = ['SET', settings.lock, this.token, 'NX', 'PX', ttl];
    const fenced = ['EVAL', LOCK_AND_NUMBER, '2', settings.lock, numberKey(settings.lock), this.token, ttl];
    this.askAll(settings.fenced && !this.many ? fenced : plain, 'acquire');
  }

  private askAll(argv: readonly Bytes[], step: string): void {
    const { settings, seeds } = this.host;
    const slot = settings.cluster && !this.many ? keyHashSlot(settings.lock) : -1;
    const targets = this.many ? seeds : [''];
    this.awaited = targets.length;
    for (const fixed of targets) {
      const note = { step, token: this.token };
      // One of many that does not answer is left out; time is too short to try it again.
      const follows = !this.many;
      this.host.submit({ argv, slot, isRead: false, fixed, follows, note });
    }
  }

  onResult({ note }: { note: Readonly<Record<string, unknown>> }, reply: Reply): void {
    if (note['token'] !== this.token || this.awaited === 0) return;
    if (note['step'] === 'acquire') this.count(reply);
    if (--this.awaited > 0) return;
    if (this.phase === 'acquiring') this.afterAcquire();
    else if (this.phase === 'taking') this.afterTake(reply);
    else if (this.phase === 'spending') this.afterSpend(reply);
    else if (this.phase === 'releasing') this.pause();
  }

  private count(reply: Reply): void {
    if (typeof reply === 'number' && reply > 0) this.number = reply;
    if (reply instanceof Status || this.number !== null) this.granted++;
  }

  private afterAcquire(): void {
    const { io, settings, seeds } = this.host;
    const needed = this.many ? Math.floor(seeds.length / 2) + 1 : 1;
    const validMs = settings.ttlMs * (1 - DRIFT_SHARE) - DRIFT_MS - (io.now - this.beganAt) / 1000;
    if (this.granted < needed || validMs <= 0) {
      this.figures.refused++;
      this.note = `refused, ${this.granted} of ${needed}`;
      // A minority of grants must not stand in the way of others.
      if (this.many && this.granted > 0) this.release();
      else this.pause();
      return;
    }
    this.figures.acquired++;
    this.figures.holding = 1;
    this.note = 'holding';
    io.emit({ type: 'LOCK_ACQUIRED', lock: settings.lock, token: this.token, grants: this.granted });
    if (settings.bank > 0) this.visit('taking', takeCoupon(this.number));
    else this.work();
  }

  private work(): void {
    const { io, settings } = this.host;
    this.phase = 'holding';
    io.setTimer('work', io.now + Math.max(1, Math.round(settings.holdMs * 1000)));
  }

  private endWork(): void {
    if (this.host.settings.bank > 0) this.visit('spending', spendCoupon(this.coupon, this.number));
    else this.release();
  }

  private visit(phase: Phase, argv: readonly Bytes[]): void {
    this.phase = phase;
    this.awaited = 1;
    const fixed = `127.0.0.1:${this.host.settings.bank}`;
    this.host.submit({ argv, slot: -1, isRead: false, fixed, follows: false, note: { token: this.token } });
  }

  private afterTake(reply: Reply): void {
    const first = reply === null && this.number === null;
    if (typeof reply === 'string' || first) {
      this.coupon = Number(reply);
      this.work();
    } else this.reject();
  }

  private afterSpend(reply: Reply): void {
    if (!(reply instanceof Status) && reply !== 1) return this.reject();
    this.figures.spent++;
    this.host.io.emit({ type: 'COUPON_SPENT', coupon: this.coupon });
    this.release();
  }

  private reject(): void {
    this.figures.rejected++;
    this.release();
  }

  private release(): void {
    const { io, settings } = this.host;
    if (this.figures.holding === 1)
      io.emit({ type: 'LOCK_RELEASED', lock: settings.lock, token: this.token });
    this.figures.holding = 0;
    this.phase = 'releasing';
    this.note = 'idle';
    const safe = ['EVAL', COMPARE_AND_DELETE, '1', settings.lock, this.token];
    this.askAll(settings.safeRelease ? safe : ['DEL', settings.lock], 'release');
  }
}

/** The key of the numbers that are drawn with a lock, in the same slot. */
function numberKey(lock: Bytes): Bytes {
  return lock.includes('{') ? `${lock}:number` : `{${lock}}:number`;
}
