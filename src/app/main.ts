/* The page begins: the frame of the page is drawn at once, the world starts in its worker meanwhile,
 * and the heavy parts (terminal, stage) load behind it. */

import { mount } from 'svelte';
import './theme/theme.css';
import App from './App.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
