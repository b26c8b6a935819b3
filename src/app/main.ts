/* The page begins: the frame of the page is drawn at once, the world starts in its worker meanwhile,
 * and the heavy parts (terminal, stage) load behind it. */

import '#workers/own-scripts.ts';
import { mount } from 'svelte';
import './theme/theme.css';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
/** What index.html shows until then. */
const endSplash = (): void => document.getElementById('splash')?.remove();

// The speaker's notes are a window of their own, beside the page that presents.
if (new URLSearchParams(location.search).has('notes'))
  void import('./present/Notes.svelte').then(({ default: Notes }) => {
    mount(Notes, { target });
    endSplash();
  });
else mount(App, { target, props: { onworded: endSplash } });
