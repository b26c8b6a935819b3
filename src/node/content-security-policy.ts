/* The Content-Security-Policy of the page. The static server sends it as a header and the build writes
 * it into index.html, so that it holds on any static host.
 *
 * No inline script or style and no eval. WebAssembly (Lua, the shell) compiles by 'wasm-unsafe-eval'
 * alone. Styles are set by rule or by CSSOM; a `style="..."` attribute in markup is refused. Where the
 * browser has Trusted Types, text becomes markup or a script's address only through one of two policies:
 * Svelte's for the templates of components, and ours in workers/own-scripts.ts. */

/** Directives as one line. `frame-ancestors` is left out: a course may embed the page. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types default svelte-trusted-html',
].join('; ');
