/* Style elements under a policy that refuses them.
 *
 * xterm writes its colours and cell sizes into <style> elements that it makes. The page's
 * Content-Security-Policy refuses inline styles, but style sheets made by script are allowed. While a
 * terminal opens, the style elements it asks for therefore get a sheet of the document each, and what
 * is written to them goes there. */

/** Runs `open`; style elements created meanwhile write to adopted sheets. Returns what removes them. */
export function withAdoptedStyles(open: () => void): () => void {
  const sheets: CSSStyleSheet[] = [];
  const createElement = document.createElement;
  document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    const element = createElement.call(this, name, options);
    if (name.toLowerCase() === 'style') sheets.push(adopt(element));
    return element;
  } as typeof document.createElement;
  try {
    open();
  } finally {
    document.createElement = createElement;
  }
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => !sheets.includes(sheet));
  };
}

function adopt(element: HTMLElement): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', {
    configurable: true,
    get: () => '',
    set: (css: string) => sheet.replaceSync(css),
  });
  return sheet;
}
