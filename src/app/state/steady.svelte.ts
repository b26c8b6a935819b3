/* What the page draws is worked out anew from every frame, sixty times a second, and mostly comes out the same.
 * `steady` keeps the old objects wherever the new ones say the same, so that only what really changed is
 * drawn again: everything that reads an unchanged part does not even wake up. */

import { untrack } from 'svelte';

/** `fresh`, with every part that says the same as in `old` replaced by that of `old`; `old` itself when
 *  all of it does. Looks into plain objects, arrays, maps and sets; neither argument is changed. */
export function share<T>(old: unknown, fresh: T): T {
  if (Object.is(old, fresh) || !isObject(old) || !isObject(fresh)) return fresh;
  if (Object.getPrototypeOf(old) !== Object.getPrototypeOf(fresh)) return fresh;
  if (Array.isArray(fresh)) return shareArray(old as unknown[], fresh) as T;
  if (fresh instanceof Map) return shareMap(old as Map<unknown, unknown>, fresh) as T;
  if (fresh instanceof Set) return (sameMembers(old as Set<unknown>, fresh) ? old : fresh) as T;
  if (Object.getPrototypeOf(fresh) !== Object.prototype) return fresh;
  return shareFields(old as Record<string, unknown>, fresh as Record<string, unknown>) as T;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function shareArray(old: readonly unknown[], fresh: readonly unknown[]): readonly unknown[] {
  let same = old.length === fresh.length;
  const shared = fresh.map((item, at) => {
    const one = share(old[at], item);
    same &&= Object.is(one, old[at]);
    return one;
  });
  return same ? old : shared;
}

function shareMap(old: ReadonlyMap<unknown, unknown>, fresh: ReadonlyMap<unknown, unknown>) {
  let same = old.size === fresh.size;
  const keys = old.keys();
  const shared = new Map<unknown, unknown>();
  for (const [key, value] of fresh) {
    const one = share(old.get(key), value);
    // The order of a map counts: things are drawn in it.
    same &&= Object.is(keys.next().value, key) && Object.is(one, old.get(key));
    shared.set(key, one);
  }
  return same ? old : shared;
}

function sameMembers(old: ReadonlySet<unknown>, fresh: ReadonlySet<unknown>): boolean {
  return old.size === fresh.size && [...fresh].every((member) => old.has(member));
}

function shareFields(old: Record<string, unknown>, fresh: Record<string, unknown>) {
  let same = Object.keys(old).length === Object.keys(fresh).length;
  const shared = Object.entries(fresh).map(([key, value]) => {
    const known = Object.hasOwn(old, key);
    const one = known ? share(old[key], value) : value;
    same &&= known && Object.is(one, old[key]);
    return [key, one] as const;
  });
  return same ? old : Object.fromEntries(shared);
}

/** Follows what `make` reads, but counts as changed only when it comes to say something else. For the
 *  top level of a component's script. */
export function steady<T>(make: () => T): { readonly value: T } {
  let kept: T = $state.raw(untrack(make));
  $effect.pre(() => {
    kept = share(
      untrack(() => kept),
      make(),
    );
  });
  return {
    get value() {
      return kept;
    },
  };
}
