/* Where the browser knows Trusted Types, the page's policy lets no text become a script, an address of one, or
 * markup, unless a policy made it. This one lets pass the addresses of our own scripts, and no markup.
 * The page and its workers each load it first. (Svelte brings a policy for the templates of its components.) */

interface TrustedTypePolicies {
  createPolicy(name: 'default', rules: Record<string, (text: string) => string | null>): unknown;
}

/** Scripts come from where the page comes from; null refuses. */
export function ownScriptUrl(url: string, page: string): string | null {
  let asked: URL;
  try {
    asked = new URL(url, page);
  } catch {
    return null;
  }
  return asked.protocol !== 'blob:' && asked.origin === new URL(page).origin && asked.pathname.endsWith('.js')
    ? asked.href
    : null;
}

(globalThis as { trustedTypes?: TrustedTypePolicies }).trustedTypes?.createPolicy('default', {
  createScriptURL: (url) => ownScriptUrl(url, globalThis.location.href),
  // A library of the shell tries out the browser's parser with an empty document.
  createHTML: (markup) => (markup === '' ? markup : null),
});
