/* xterm under a policy that refuses inline styles.
 *
 * xterm writes colours and cell sizes into <style> elements that it makes while it opens, and colours of
 * selected cells into style attributes. The page's Content-Security-Policy refuses both in markup but
 * allows the same through script: style sheets of the document, and an element's `style` object. So
 * what xterm writes is sent there. */

/** Runs `open`; style elements created meanwhile become sheets of the document. Returns what removes them. */
export function withAdoptedStyles(open: () => void): () => void {
  const sheets: CSSStyleSheet[] = [];
  const createElement = document.createElement;
  document.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    if (name.toLowerCase() !== 'style') return createElement.call(this, name, options);
    const sheet = new CSSStyleSheet();
    sheets.push(sheet);
    return standIn(createElement.call(this, 'template'), sheet);
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

/** An inert element; text written into it becomes the sheet. */
function standIn(element: HTMLElement, sheet: CSSStyleSheet): HTMLElement {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  Object.defineProperty(element, 'textContent', {
    get: () => '',
    set(css: string) {
      sheet.replaceSync(css);
    },
  });
  return element;
}

/** From now on `setAttribute('style', ...)` writes through the style object. Safe to call again. */
export function styleThroughObject(): void {
  const { setAttribute } = HTMLElement.prototype;
  if (setAttribute === setAttributeThroughObject) return;
  HTMLElement.prototype.setAttribute = setAttributeThroughObject;
}

function setAttributeThroughObject(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
}
