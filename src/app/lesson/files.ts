/* Files that the reader brings or takes away: progress, and lessons that others wrote. */

import { t } from '#app/i18n/i18n.svelte.ts';
import { download } from '#app/download.ts';
import type { Course } from '#app/state/course.svelte.ts';
import { progressFile, readProgressFile } from '#app/state/progress.ts';

/** Both kinds are text that people wrote or clicked together; more is a mistake. */
const LARGEST = 2 * 1024 * 1024;

/** Asks for a file; resolves to null when none was chosen. */
export function chooseFile(accept: string): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

async function textIn(file: File): Promise<string> {
  if (file.size > LARGEST) throw new Error(t('file.tooLarge'));
  return await file.text();
}

export function saveProgress(course: Course): void {
  const blob = new Blob([progressFile(course.progress)], { type: 'application/json' });
  download('redis-cluster-progress.json', blob);
}

/** Adds the progress in a file; resolves to what to tell the reader, rejects with words for people. */
export async function addProgress(course: Course, file: File): Promise<string> {
  const read = readProgressFile(await textIn(file));
  if (typeof read === 'string')
    throw new Error(t('progress.refused', { name: file.name, why: t(`progress.${read}`) }));
  course.merge(read);
  return t('progress.merged', { name: file.name });
}

/** Opens a lesson from a Markdown file; rejects with the file and line of what is wrong in it. */
export async function openLesson(course: Course, file: File): Promise<string> {
  try {
    await course.openText(file.name, await textIn(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(t('lesson.fileRefused', { why }));
  }
  return t('lesson.fileOpened', { name: course.lesson?.title ?? file.name });
}
