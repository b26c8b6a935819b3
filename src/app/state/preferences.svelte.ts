/* What the reader has chosen for the page itself: language, theme, sizes of the panels. Kept in
 * localStorage where that is allowed; where it is not (private windows, a full disk) the page works
 * with the defaults and forgets. Nothing here is part of the world or of a saved session. */

import { language, setLanguage, type Language } from '#app/i18n/i18n.svelte.ts';

export type Theme = 'auto' | 'light' | 'dark';

/** Sizes in CSS pixels of the panels that can be dragged. */
export interface Sizes {
  rail: number;
  inspector: number;
  dock: number;
  bottom: number;
  feed: number;
}

/** Sizes that fit the window; drawn for 1440 x 900, a little less of everything on a laptop. */
export function defaultSizes(width: number, height: number): Sizes {
  const roomy = width >= 1400;
  return {
    rail: roomy ? 352 : 320,
    inspector: roomy ? 336 : 320,
    dock: Math.round(Math.min(164, Math.max(132, height * 0.183))),
    bottom: Math.round(Math.min(240, Math.max(156, height * 0.218))),
    feed: roomy ? 448 : 340,
  };
}

const LIMITS: Readonly<Record<keyof Sizes, readonly [number, number]>> = {
  rail: [260, 560],
  inspector: [260, 640],
  dock: [56, 480],
  bottom: [96, 720],
  feed: [220, 800],
};

const STORAGE_KEY = 'playground.preferences';

export class Preferences {
  theme: Theme = $state('auto');
  sizes: Sizes = $state(defaultSizes(window.innerWidth, window.innerHeight));
  /** Panels that the reader has folded away. */
  railOpen = $state(window.innerWidth >= 1100);
  inspectorOpen = $state(window.innerWidth >= 1100);
  /** On a phone the stage takes half of the page, which a reader may want back. */
  stageOpen = $state(true);
  /** A text field under plain text instead of the terminal: for screen readers and input methods. */
  plainConsole = $state(false);
  /** Single-letter keys; some readers and input methods need them off. */
  shortcuts = $state(true);

  #systemLight = $state(false);

  /** Resolves when the words of the chosen language are here. */
  readonly restored: Promise<void>;

  constructor() {
    this.restored = this.#restore();
    const query = window.matchMedia('(prefers-color-scheme: light)');
    this.#systemLight = query.matches;
    query.addEventListener('change', () => (this.#systemLight = query.matches));
  }

  /** The theme that is shown: the chosen one, or the system's. */
  get resolvedTheme(): 'light' | 'dark' {
    if (this.theme !== 'auto') return this.theme;
    return this.#systemLight ? 'light' : 'dark';
  }

  get lang(): Language {
    return language();
  }

  set lang(lang: Language) {
    void setLanguage(lang).then(() => this.save());
  }

  /** Shows a language that was not chosen here (a link's, an embedding page's); it is not kept. */
  show(lang: Language): Promise<void> {
    return setLanguage(lang);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.save();
  }

  /** Sets one size within its limits; call `save` when the drag ends. */
  resize(panel: keyof Sizes, pixels: number): void {
    this.sizes[panel] = clampSize(panel, pixels);
  }

  toggle(panel: 'rail' | 'inspector' | 'stage'): void {
    this[`${panel}Open`] = !this[`${panel}Open`];
    this.save();
  }

  save(): void {
    const { theme, sizes, railOpen, inspectorOpen, stageOpen, plainConsole, shortcuts, lang } = this;
    try {
      const kept = { theme, sizes, railOpen, inspectorOpen, stageOpen, plainConsole, shortcuts, lang };
      localStorage.setItem(STORAGE_KEY, JSON.stringify(kept));
    } catch {
      // Storage is forbidden or full: the choice holds until the page closes, which is all we can do.
    }
  }

  #restore(): Promise<void> {
    const saved = readStored();
    if (saved.theme === 'light' || saved.theme === 'dark') this.theme = saved.theme;
    for (const choice of ['railOpen', 'inspectorOpen', 'stageOpen', 'plainConsole', 'shortcuts'] as const) {
      const chosen = saved[choice];
      if (typeof chosen === 'boolean') this[choice] = chosen;
    }
    const sizes = typeof saved.sizes === 'object' && saved.sizes !== null ? saved.sizes : {};
    for (const panel of Object.keys(LIMITS) as (keyof Sizes)[]) {
      const pixels = (sizes as Record<string, unknown>)[panel];
      if (typeof pixels === 'number' && Number.isFinite(pixels)) this.resize(panel, pixels);
    }
    // A chunk that cannot be loaded leaves the page in English.
    return setLanguage(languageOf(saved.lang)).catch(() => undefined);
  }
}

/** `pixels` moved into the limits of that panel. */
export function clampSize(panel: keyof Sizes, pixels: number): number {
  const [least, most] = LIMITS[panel];
  return Math.round(Math.min(most, Math.max(least, pixels)));
}

/** The limits of a panel, for the separator that drags it. */
export function sizeLimits(panel: keyof Sizes): readonly [number, number] {
  return LIMITS[panel];
}

function languageOf(saved: unknown): Language {
  if (saved === 'en' || saved === 'zh' || saved === 'both') return saved;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function readStored(): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
