/** Finds standing instructions in what a user wrote, by the words with which people give them. Pure. */

export interface Directive {
  /** The sentence or sentences concerned, as written. */
  text: string;
  /** `confirmed` only for plain wording addressed to the assistant; everything else is to be confirmed first. */
  strength: 'candidate' | 'confirmed';
}

const confirmed = /\b(?:always|from now on)\b/i;
const candidate = /\b(?:i (?:really |generally |usually )?prefer|please (?:always )?use)\b/i;

export function detectDirectives(text: string): Directive[] {
  return text
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .flatMap((sentence): Directive[] => {
      if (confirmed.test(sentence)) return [{ text: sentence, strength: 'confirmed' }];
      return candidate.test(sentence) ? [{ text: sentence, strength: 'candidate' }] : [];
    });
}
