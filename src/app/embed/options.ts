/* How a page embeds the playground: parameters of the address, and who may steer it.
 *
 *   ?embed=stage             the stage with its time, only to look at
 *   ?embed=console           the same with a console to type into
 *   &lang=en|zh|both  &theme=light|dark  &play=0  (begin standing still)
 *   &allow=https://course.example,https://other.example   origins that may send messages; none by default
 *
 * A share link in the fragment opens as always. Nothing of this is kept as the reader's preference. */

export interface EmbedOptions {
  /** Only to look at: neither the reader nor a message changes the world. */
  readOnly: boolean;
  lang: 'en' | 'zh' | 'both' | null;
  theme: 'light' | 'dark' | null;
  play: boolean;
  allow: ReadonlySet<string>;
}

const MOST_ORIGINS = 10;

/** The options, or null when the page is not embedded. */
export function embedOptions(search: string): EmbedOptions | null {
  const params = new URLSearchParams(search);
  const embed = params.get('embed');
  if (embed === null) return null;
  const lang = params.get('lang');
  const theme = params.get('theme');
  const asked = (params.get('allow') ?? '').split(',').slice(0, MOST_ORIGINS);
  return {
    readOnly: embed !== 'console',
    lang: lang === 'en' || lang === 'zh' || lang === 'both' ? lang : null,
    theme: theme === 'light' || theme === 'dark' ? theme : null,
    play: params.get('play') !== '0',
    allow: new Set(asked.flatMap(originOf)),
  };
}

/** Only whole http(s) origins count: no wildcards, no paths, no "null" of sandboxed frames. */
function originOf(text: string): string[] {
  if (!URL.canParse(text)) return [];
  const { origin, protocol } = new URL(text);
  // A star is a lawful name of a host, and no wildcard here.
  const named = origin === text && !origin.includes('*');
  return named && (protocol === 'https:' || protocol === 'http:') ? [origin] : [];
}
