/* Handing a file to the reader. */

/** How long the browser may take to begin with a download before its address is given back. */
const HELD_MS = 10_000;

/** Offers `blob` as a download under a name. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), HELD_MS);
}
