/* The colours of the stage: one hue, one meaning.
 *
 * A hue says which shard owns something and nothing else; what a server is, its shape says; how it
 * is, a glyph says together with a status colour. Six hues can be told apart with any colour vision,
 * so a seventh shard repeats the first hue with a pattern, and every shard has a letter besides.
 * The values are those of the theme's custom properties; a canvas cannot read those by itself. */

export const HUES = 6;

/** What a colour of the stage can stand for. */
export type Tone =
  | 'text'
  | 'muted'
  | 'line'
  | 'panel'
  | 'bg'
  | 'raised'
  | 'edge'
  | 'on-accent'
  | 'ok'
  | 'pfail'
  | 'fail'
  | 'focus'
  | 'shard-a'
  | 'shard-b'
  | 'shard-c'
  | 'shard-d'
  | 'shard-e'
  | 'shard-f';

const SHARD_TONES: readonly Tone[] = ['shard-a', 'shard-b', 'shard-c', 'shard-d', 'shard-e', 'shard-f'];

export type Pattern = 'plain' | 'stripe' | 'dots';

const PATTERNS: readonly Pattern[] = ['plain', 'stripe', 'dots'];

export function shardTone(index: number): Tone {
  return SHARD_TONES[index % HUES] ?? 'muted';
}

export function shardPattern(index: number): Pattern {
  return PATTERNS[Math.floor(index / HUES) % PATTERNS.length] ?? 'plain';
}

/** A, B ... Z, AA, AB ... */
export function shardLetter(index: number): string {
  const tail = String.fromCharCode(65 + (index % 26));
  return index < 26 ? tail : shardLetter(Math.floor(index / 26) - 1) + tail;
}

/** The custom property that holds a tone. */
export function css(tone: Tone): string {
  return `var(--${tone})`;
}

/** Reads the tones of the theme in force, for a canvas. */
export function readTones(styles: { getPropertyValue(name: string): string }): (tone: Tone) => string {
  const known = new Map<Tone, string>();
  return (tone) => {
    let value = known.get(tone);
    if (value === undefined) {
      value = styles.getPropertyValue(`--${tone}`).trim() || '#888888';
      known.set(tone, value);
    }
    return value;
  };
}
