/** What a question asks for, as terms with weights. Pure. */
import { isStopWord, terms, wholeMark } from './terms.ts';

/** What the search knows of the words in the workspace. */
export interface Vocabulary {
  has(term: string): boolean;
  /** Every different term. */
  all(): Iterable<string>;
  /** How much a term says; rare ones say more. Zero for terms that are nowhere. */
  weight(term: string): number;
}

/** A guess at what was meant counts half of what was said. */
const guessed = 0.5;
/** Shorter beginnings are shared by words that have nothing to do with each other. */
const shortestPrefix = 3;

/** The terms a question asks for with what each weighs. Empty when it only has words such as "what does this do". */
export function questionWeights(question: string, vocabulary: Vocabulary): Map<string, number> {
  const said = new Set([...terms(question), ...particleVerbs(question)].filter((term) => !isStopWord(term)));
  const weights = new Map<string, number>();
  for (const term of said) {
    const weight = vocabulary.weight(term);
    if (weight > 0) weights.set(term, weight);
  }
  for (const [term, share] of nearby(said, vocabulary)) {
    if (!said.has(term)) weights.set(term, vocabulary.weight(term) * share);
  }
  return weights;
}

const particles = new Set(['up', 'down', 'out', 'in', 'off', 'on', 'over', 'back']);

/** "Back it up", "log in" and "rolled back" are written as one word when they name a thing: backup, login, rollback. */
function particleVerbs(question: string): string[] {
  const words = question.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.flatMap((verb, index) =>
    words
      .slice(index + 1, index + 3)
      .filter((word) => particles.has(word))
      .flatMap((particle) => terms(verb).flatMap((stem) => terms(stem + particle))),
  );
}

const isWord = (term: string) => /^[a-z]{3,}$/.test(term) && !term.startsWith(wholeMark);

/**
 * Code shortens words, and people write either form: a question's "environment" finds `env`, its "auth" finds
 * `authorise`. A word that is nowhere may be two that are: "filename".
 */
function nearby(said: ReadonlySet<string>, vocabulary: Vocabulary): Map<string, number> {
  const found = new Map<string, number>();
  const words = [...said].filter(isWord);
  for (const term of vocabulary.all()) {
    if (!isWord(term)) continue;
    const shares = words.some((word) => word !== term && (word.startsWith(term) || term.startsWith(word)));
    if (shares) found.set(term, guessed);
  }
  for (const word of words) {
    if (vocabulary.has(word)) continue;
    for (const half of halvesOf(word, vocabulary)) found.set(half, guessed);
  }
  return found;
}

function halvesOf(word: string, vocabulary: Vocabulary): string[] {
  for (let cut = shortestPrefix; cut <= word.length - shortestPrefix; cut++) {
    const [first, second] = [terms(word.slice(0, cut))[0], terms(word.slice(cut))[0]];
    if (first && second && vocabulary.has(first) && vocabulary.has(second)) return [first, second];
  }
  return [];
}
