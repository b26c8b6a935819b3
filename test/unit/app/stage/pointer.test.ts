import { expect, test } from 'vitest';
import { StagePointer } from '#app/stage/pointer.svelte.ts';

const there = { x: 100, y: 100 };

test('a finger stays only as long as it neither moves nor has company nor draws a wall', () => {
  for (const server of [null, '7000']) {
    const pointer = new StagePointer();
    expect(pointer.still).toBe(false);
    pointer.down(1, there, server);
    pointer.move(1, { x: 102, y: 100 });
    expect(pointer.still).toBe(true);
    pointer.move(1, { x: 110, y: 100 });
    expect(pointer.still).toBe(false);
    pointer.up(1);
    expect(pointer.still).toBe(false);

    pointer.down(1, there, server);
    pointer.down(2, { x: 200, y: 100 }, null);
    expect(pointer.still).toBe(false);
    pointer.up(2);
    expect(pointer.still).toBe(false);
    pointer.up(1);

    pointer.down(1, there, server);
    pointer.cancel(1);
    expect(pointer.still).toBe(false);

    pointer.drawingWall = true;
    pointer.down(1, there, server);
    expect(pointer.still).toBe(false);
  }
});
