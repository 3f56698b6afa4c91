/** What a question asks for, as terms with weights. Pure. */
import { isStopWord, terms } from './terms.ts';

/** What the search knows of the words in the workspace. */
export interface Vocabulary {
  /** Every different term. */
  all(): Iterable<string>;
  /** How much a term says; rare ones say more. Zero for terms that are nowhere. */
  weight(term: string): number;
}

/** A guess at what was meant counts half of what was said. */
const guessed = 0.5;
/** Shorter beginnings are shared by words that have nothing to do with each other. */
const shortestPrefix = 3;
/** Abbreviations in a question have up to this many letters; what a longer word begins is rarely meant by it. */
const longestAbbreviation = 6;

/** The terms a question asks for with what each weighs. Empty when it only has words such as "what does this do". */
export function questionWeights(question: string, vocabulary: Vocabulary): Map<string, number> {
  const said = new Set([...terms(question), ...particleVerbs(question)].filter((term) => !isStopWord(term)));
  const weights = new Map<string, number>();
  const add = (term: string, weight: number) => {
    if (weight > 0) weights.set(term, weight);
  };
  for (const term of said) add(term, vocabulary.weight(term));
  for (const term of abbreviated(said, vocabulary)) add(term, vocabulary.weight(term) * guessed);
  return weights;
}

const particles = new Set(['up', 'down', 'out', 'in', 'off', 'on', 'over', 'back']);

/** "Back it up", "log in" and "roll back" are written as one word when they name a thing: backup, login, rollback. */
function particleVerbs(question: string): string[] {
  const words = question.toLowerCase().match(/\p{L}+/gu) ?? [];
  return words.flatMap((verb, index) =>
    words
      .slice(index + 1, index + 3)
      .filter((word) => particles.has(word))
      .flatMap((particle) => terms(verb + particle)),
  );
}

const isWord = (term: string) => /^[a-z]+$/.test(term) && term.length >= shortestPrefix;

/** Code shortens words, and so do people: "environment" asks for `env` as well, and "auth" for `authorise`. */
function abbreviated(said: ReadonlySet<string>, vocabulary: Vocabulary): string[] {
  const words = [...said].filter(isWord);
  return [...vocabulary.all()].filter(
    (term) =>
      isWord(term) &&
      !said.has(term) &&
      !isStopWord(term) &&
      words.some((word) => shortens(term, word) || shortens(word, term)),
  );
}

const shortens = (short: string, long: string) =>
  short.length <= longestAbbreviation && short.length < long.length && long.startsWith(short);
