/** The table of word vectors as the search worker has it. */
import { readFile } from 'node:fs/promises';
import { WordNeighbours } from '../core/grounding/wordNeighbours.ts';

/** Undefined where there is no table: synonyms alone help then, as a part of an installation may be missing. */
export async function readNeighbours(url: URL): Promise<WordNeighbours | undefined> {
  try {
    return new WordNeighbours(await readFile(url));
  } catch {
    return undefined;
  }
}
