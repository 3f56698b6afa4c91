/** What a question asks for: its words, and the words that may stand for them in code. Pure. */
import { synonymsOf } from './synonyms.ts';
import { isStopWord, terms } from './terms.ts';
import type { WordNeighbours } from './wordNeighbours.ts';

export interface Wording {
  term: string;
  /** How much an occurrence counts of one of the word itself. */
  share: number;
}

/** One word of a question. */
export interface Concept {
  term: string;
  /** 1, or less for words that frame what is asked for. */
  weight: number;
  /** How much it says in any text, from 0 to 1: a word that is common in English is no find in a quote. */
  uncommonness: number;
  /** Other terms for it. */
  others: readonly Wording[];
}

/**
 * Another word for a thing is a guess, a longer or shorter form of it too. Where the question's own word is in the workspace, one in five says that the
 * guess is no more than a hint; where it is nowhere, the guess is all there is.
 */
const hintShare = 0.2;
const guessShare = 0.5;
/** Abbreviations in a question have up to this many letters; what a longer word begins is rarely meant by it. */
const longestAbbreviation = 6;
/** Two letters begin too many words. */
const shortestAbbreviation = 3;
/** Beyond that many words for one, some mean something else. */
const mostOthers = 24;

/**
 * What commits do to code, and what is done everywhere: rare as words of code, so that rarity alone would make them
 * outweigh what the question is about.
 */
const framing = new Set(
  terms(
    `fix fixes add adds added adding remove removes avoid prevent prevents ensure support supports allow allows improve
    correct correctly update change refactor optimize optimise simplify replace use make handle handled implement
    introduce rename move clean cleanup drop restore guard enable properly better unnecessary unused missing new instead
    proper wrong invalid broken bug issue regression behavior behaviour reduce rewrite rework work`,
  ),
);
const framingWeight = 0.5;

/** A question of no more words of its own says too little by itself. */
const tooFew = 1;
/** One that points elsewhere may have so many, as in "where is that header checked?". */
const fewWords = 3;
const pointing = /\b(?:this|that|these|those|it|its|there|them|they|same|other|one|ones|above)\b/i;
/** What was said around a question is no part of it: four such words weigh as one of its own. */
const aroundWeight = 0.25;
/** More would outweigh the question. */
const mostAround = 12;

/** The words that there are. */
export interface Lexicon {
  /** Whether a chunk that is there holds the term. */
  isThere(term: string): boolean;
  /** Whether the term is known, perhaps of files that are gone. */
  has(term: string): boolean;
  /** Words that begin so, the most frequent first; the prefix has three letters at least. */
  beginning(prefix: string): string[];
}

/**
 * The words of a question, each once, and of one that says little by itself also those of what stands `around` it. Empty
 * when there are only words such as "what does this do".
 */
export function conceptsOf(
  question: string,
  lexicon: Lexicon,
  { neighbours, around }: Context = {},
): Concept[] {
  const said = new Set([...terms(question), ...particleVerbs(question)].filter((term) => !isStopWord(term)));
  const own = [...said].map((term): Concept => {
    const others = new Map<string, number>();
    const add = (other: string, share: number) => {
      if (said.has(other) || isStopWord(other) || !lexicon.has(other)) return;
      if ((others.get(other) ?? 0) < share && (others.has(other) || others.size < mostOthers))
        others.set(other, share);
    };
    const share = lexicon.isThere(term) ? hintShare : guessShare;
    for (const short of abbreviations(term, lexicon)) add(short, share);
    const same = [term, ...spellings(term)];
    for (const other of same) add(other, 1);
    for (const synonym of same.flatMap((form) => [...synonymsOf(form)])) add(synonym, share);

    for (const { term: near, likeness } of neighbours?.of(term) ?? []) add(near, share * likeness);
    return {
      term,
      weight: framing.has(term) ? framingWeight : 1,
      uncommonness: neighbours?.weightOf(term) ?? 1,
      others: [...others].map(([other, each]) => ({ term: other, share: each })),
    };
  });
  if (around === undefined || !pointsElsewhere(question, own)) return own;
  const known = new Set(
    terms(around).filter(
      (term) => !said.has(term) && !isStopWord(term) && !framing.has(term) && lexicon.isThere(term),
    ),
  );
  const more = [...known].map((term): Concept => {
    const uncommonness = neighbours?.weightOf(term) ?? 1;
    return { term, weight: aroundWeight * uncommonness, uncommonness, others: [] };
  });
  return [...own, ...more.slice(0, mostAround)];
}

/** What helps to understand a question beside its words. */
export interface Context {
  /** Words of like meaning. */
  neighbours?: WordNeighbours | undefined;
  /** What the question may point at, what matters most first. */
  around?: string | undefined;
}

function pointsElsewhere(question: string, own: readonly Concept[]): boolean {
  const words = own.filter(({ weight }) => weight === 1).length;
  return words <= tooFew || (words <= fewWords && pointing.test(question));
}

/** British and American spelling: sanitise and sanitize, colour and color, as their stems. */
function spellings(term: string): string[] {
  if (term.length < 5) return [];
  // The stemmer takes -ize off some words, and -ise off none.
  if (/is$/.test(term)) return terms(`${term}e`.replace(/ise$/, 'ize'));
  if (/our$/.test(term)) return [term.replace(/our$/, 'or')];
  return /or$/.test(term) ? [term.replace(/or$/, 'our')] : [];
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

/** Code shortens words, and so do people: "environment" asks for `env` as well, and "auth" for `authorise`. */
function* abbreviations(term: string, lexicon: Lexicon): Generator<string> {
  if (!/^[a-z]{3,}$/.test(term)) return;
  for (
    let letters = Math.min(longestAbbreviation, term.length - 1);
    letters >= shortestAbbreviation;
    letters--
  )
    if (lexicon.has(term.slice(0, letters))) yield term.slice(0, letters);
  if (term.length > longestAbbreviation) return;
  for (const other of lexicon.beginning(term)) if (other !== term) yield other;
}
