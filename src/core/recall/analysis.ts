/** Words of a turn and of a question in the form in which they are compared. */
import { terms } from '../grounding/terms.ts';

/** Terms with how often each occurs. */
export function countTerms(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms(text)) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

const written = /[\p{L}\p{N}_$]+/gu;

/** The terms of a question, each with the word as it was written first. */
export function askedWords(text: string): Map<string, string> {
  const asked = new Map<string, string>();
  for (const [word] of text.matchAll(written)) {
    for (const term of terms(word)) if (!asked.has(term)) asked.set(term, word);
  }
  return asked;
}
