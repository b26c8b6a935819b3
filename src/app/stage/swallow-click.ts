/* A browser makes a click of a lifted finger, on whatever lies under it by then. After a long press that is
 * the menu which has just come up, and nobody has chosen from it yet. */

/** How long after the finger the click may come. */
const CLICK_LATEST_MS = 300;

/** Call when the finger is lifted: the click that follows reaches nobody. */
export function swallowClick(): void {
  const swallow = (event: Event): void => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, true), CLICK_LATEST_MS);
}
