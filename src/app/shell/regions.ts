/* The heavy regions, each a chunk of its own that loads when it is first shown. */

import type { Component } from 'svelte';

type Loader = () => Promise<{ default: Component }>;

const found = import.meta.glob<{ default: Component }>([
  '/src/app/stage/Stage.svelte',
  '/src/app/timeline/{TimeDock,Tape,Transport,SpaceTime}.svelte',
  '/src/app/inspector/Inspector.svelte',
]);

const region = (path: string): Loader =>
  found[`/src/app/${path}.svelte`] ?? (() => Promise.reject(new Error(`no region ${path}`)));

export const loadStage = region('stage/Stage');
export const loadTimeDock = region('timeline/TimeDock');
export const loadTape = region('timeline/Tape');
export const loadTransport = region('timeline/Transport');
export const loadSpaceTime = region('timeline/SpaceTime');
export const loadInspector = region('inspector/Inspector');
export const loadInterview: Loader = () => import('#app/interview/InterviewRail.svelte');
export const loadFeed: Loader = () => import('#app/feed/FeedPanel.svelte');
