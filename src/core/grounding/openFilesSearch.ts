/** Search over open files alone, for when the workspace cannot be searched. */
import type { OpenFile, Passage } from '../ports.ts';
import { isSearchableName, isSearchableText } from './fileRules.ts';
import { PassageIndex } from './passageIndex.ts';
import { findPassages } from './retriever.ts';

/** Characters indexed in one go; this runs where a long task would be felt. */
export const mostText = 100_000;

/** The active file first, then by recency, as far as the bound reaches. `pause` lets other work run between files. */
export async function searchOpenFiles(
  question: string,
  limit: number,
  files: readonly OpenFile[],
  pause: () => Promise<void>,
  around?: string,
): Promise<Passage[]> {
  const index = new PassageIndex();
  const texts = new Map<string, string>();
  for (const file of files) {
    if (file.text.length > mostText || !isSearchableName(file.path) || !isSearchableText(file.text)) continue;
    index.set(file.uri, file);
    texts.set(file.uri, file.text);
    await pause();
  }
  const editors = files.map((file) => ({ ...file, key: file.uri }));
  return findPassages(index, { text: question, limit, editors, around }, async (key) => texts.get(key));
}
