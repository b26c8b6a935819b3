/* Offering text as a download, and letting the reader choose a file. */

export function offerText(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  // The download has begun by the next turn; holding the URL longer would keep the blob alive.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Calls `take` with the chosen file, if one is chosen. */
export function chooseFile(accept: string, take: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) take(file);
  });
  input.click();
}
