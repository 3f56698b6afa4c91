/** Passages as they may be quoted: an answer that quotes them is stored. */
import type { PassageSearch } from '../ports.ts';
import type { Masker } from './masker.ts';

/** Rejects with `masking_failed` where nobody could look into what was found. */
export const maskedSearch = (search: PassageSearch, masker: Masker): PassageSearch => ({
  async search(question, options) {
    const passages = await search.search(question, options);
    const texts = await masker.texts(passages.map(({ text }) => text));
    return passages.map((passage, index) => ({ ...passage, text: texts[index] ?? passage.text }));
  },
});
