/* What the pointer does on the stage: pan and pinch, drag a server, draw a wall. One gesture at a time;
 * all coordinates are relative to the stage's own box. Nothing here touches the DOM. */

import { HOME, unproject, zoomAround, type Camera } from './camera.ts';
import { distance, type Point } from './geometry.ts';

/** Movement below this is a click. */
const CLICK_PX = 5;
/** How far one comes close to a server: not so far that the slot map takes the place of its neighbours. */
const FOCUS = 2;

type Gesture =
  | { kind: 'pan'; last: Point; moved: boolean }
  | { kind: 'server'; name: string; start: Point; moved: boolean }
  | { kind: 'wall'; from: Point; to: Point };

export interface Wall {
  from: Point;
  to: Point;
}

export class StagePointer {
  camera: Camera = $state.raw(HOME);
  /** True while the next drag draws a wall. */
  drawingWall = $state(false);
  wall: Wall | null = $state.raw(null);

  #fingers = new Map<number, Point>();
  #gesture: Gesture | null = null;

  /** Begins a gesture at `at`, on a server or on the ground. */
  down(id: number, at: Point, server: string | null): void {
    this.#fingers.set(id, at);
    if (this.#fingers.size > 1) {
      this.#gesture = { kind: 'pan', last: this.#middle(), moved: true };
    } else if (this.drawingWall) {
      const from = unproject(this.camera, at);
      this.#gesture = { kind: 'wall', from, to: from };
    } else if (server !== null) {
      this.#gesture = { kind: 'server', name: server, start: at, moved: false };
    } else {
      this.#gesture = { kind: 'pan', last: at, moved: false };
    }
  }

  /** Whether there is one finger, where it touched down, and it draws no wall. */
  get still(): boolean {
    const gesture = this.#gesture;
    return this.#fingers.size === 1 && gesture !== null && gesture.kind !== 'wall' && !gesture.moved;
  }

  /** Goes on; returns the server that is being dragged and where to, in stage coordinates. */
  move(id: number, at: Point): { name: string; to: Point } | null {
    const before = this.#fingers.get(id);
    const gesture = this.#gesture;
    if (!before || !gesture) return null;
    const spreadBefore = this.#spread();
    this.#fingers.set(id, at);
    switch (gesture.kind) {
      case 'wall':
        gesture.to = unproject(this.camera, at);
        this.wall = { from: gesture.from, to: gesture.to };
        return null;
      case 'server':
        if (!gesture.moved && distance(gesture.start, at) < CLICK_PX) return null;
        gesture.moved = true;
        return { name: gesture.name, to: unproject(this.camera, at) };
      case 'pan': {
        const middle = this.#middle();
        if (!gesture.moved && distance(gesture.last, middle) < CLICK_PX) return null;
        gesture.moved = true;
        const { x, y } = gesture.last;
        gesture.last = middle;
        this.camera = { ...this.camera, x: this.camera.x + middle.x - x, y: this.camera.y + middle.y - y };
        if (this.#fingers.size > 1 && spreadBefore > 0) this.zoom(this.#spread() / spreadBefore, middle);
        return null;
      }
    }
  }

  /** Ends the gesture: what it was. */
  up(id: number): { kind: 'click' } | { kind: 'drag' } | { kind: 'wall'; wall: Wall } {
    this.#fingers.delete(id);
    const gesture = this.#gesture;
    if (this.#fingers.size > 0) {
      this.#gesture = { kind: 'pan', last: this.#middle(), moved: true };
      return { kind: 'drag' };
    }
    this.#gesture = null;
    if (gesture?.kind === 'wall') {
      this.wall = null;
      this.drawingWall = false;
      const { from, to } = gesture;
      return distance(from, to) < CLICK_PX * 3 ? { kind: 'drag' } : { kind: 'wall', wall: { from, to } };
    }
    return gesture && !gesture.moved ? { kind: 'click' } : { kind: 'drag' };
  }

  /** The gesture was taken away (a scroll, an alert). */
  cancel(id: number): void {
    this.#fingers.delete(id);
    this.#gesture = null;
    this.wall = null;
  }

  zoom(factor: number, around: Point): void {
    if (Number.isFinite(factor) && factor > 0) this.camera = zoomAround(this.camera, factor, around);
  }

  home(): void {
    this.camera = HOME;
  }

  /** Brings a place of the stage to the middle of the window, enlarged. */
  focus(place: Point, middle: Point): void {
    const k = Math.max(FOCUS, this.camera.k);
    this.camera = { k, x: middle.x - place.x * k, y: middle.y - place.y * k };
  }

  #middle(): Point {
    const all = [...this.#fingers.values()];
    const sum = all.reduce((p, q) => ({ x: p.x + q.x, y: p.y + q.y }), { x: 0, y: 0 });
    return { x: sum.x / Math.max(1, all.length), y: sum.y / Math.max(1, all.length) };
  }

  #spread(): number {
    const [one, other] = [...this.#fingers.values()];
    return one && other ? distance(one, other) : 0;
  }
}

/** The servers on either side of a wall (an endless line through both points). */
export function sidesOf(wall: Wall, seats: Iterable<{ name: string } & Point>): [string[], string[]] {
  const left: string[] = [];
  const right: string[] = [];
  const dx = wall.to.x - wall.from.x;
  const dy = wall.to.y - wall.from.y;
  for (const { name, x, y } of seats) {
    const side = dx * (y - wall.from.y) - dy * (x - wall.from.x);
    (side < 0 ? left : right).push(name);
  }
  return [left, right];
}
