/** Whether two standing instructions say the same, or speak of the same matter, by their words alone. Pure. */
import { isStopWord, terms } from '../../grounding/terms.ts';

/** Words with which instructions are given; they do not say what about. */
const giving = new Set(
  terms(
    `always never now future forward henceforth please prefer preference preferences remember sure must need want like
    don avoid stop without instead rather keep write answer answers respond response responses reply replies give show
    make put say tell whenever time default code session`,
  ),
);
const negations = /\b(?:never|not|no|don['’]?t|do not|avoid|stop|without|quit|refrain)\b/i;

/** Values of which one excludes the others, and words that name what they are values of. */
const alternatives: { values: string; about: string }[] = [
  { values: 'tab tabs space spaces', about: 'indent indentation indenting two four eight 2 4 8' },
  {
    values:
      'english german french spanish italian portuguese dutch swedish norwegian danish finnish polish russian chinese japanese korean turkish arabic hindi',
    about: 'language',
  },
  {
    values: 'short brief concise terse long detailed thorough verbose lengthy',
    about: 'sentence sentences explanation explanations detail',
  },
  { values: 'npm yarn pnpm bun', about: 'package packages manager install dependency dependencies' },
  { values: 'jest mocha vitest jasmine ava', about: 'test tests testing unit framework runner' },
  {
    values: 'javascript typescript python rust go java kotlin swift ruby',
    about: 'example examples snippet snippets language',
  },
  { values: 'formal informal casual', about: 'tone style' },
  { values: 'metric imperial', about: 'unit units' },
  { values: 'single double', about: 'quote quotes string strings' },
  { values: 'celsius fahrenheit kelvin', about: 'temperature temperatures degree degrees' },
  { values: 'camelCase snake_case kebab-case PascalCase', about: 'name names naming variable variables' },
];
const groups = alternatives.map(({ values, about }) => ({
  values: new Set(terms(values)),
  about: new Set(terms(about)),
}));

interface Meaning {
  /** Its words without those that only give it, in the form in which words are compared. */
  matter: ReadonlySet<string>;
  isNegative: boolean;
  /** As written, in order of their spelling. */
  numbers: string;
  /** The matter without its numbers. */
  rest: ReadonlySet<string>;
  normal: string;
  isName: boolean;
}

/** Texts whose meaning is kept: each is compared with each in a long session, and reading one takes the time. */
const mostMeanings = 5_000;
const meanings = new Map<string, Meaning>();

function meaningOf(text: string): Meaning {
  const known = meanings.get(text);
  if (known) return known;
  const matter = new Set(
    terms(text.replace(/['’]/g, '')).filter((term) => !isStopWord(term) && !giving.has(term)),
  );
  const numbers = (
    text.toLowerCase().match(/\d+|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b/g) ?? []
  )
    .sort()
    .join(' ');
  const ofNumbers = new Set(terms(numbers));
  const made: Meaning = {
    matter,
    isNegative: negations.test(text),
    numbers,
    rest: new Set([...matter].filter((term) => !ofNumbers.has(term))),
    normal: text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
    isName: /\bcall me\b/i.test(text),
  };
  if (meanings.size >= mostMeanings) meanings.clear();
  meanings.set(text, made);
  return made;
}

/** What an instruction is about, as words that can be compared. */
export const matterOf = (text: string): ReadonlySet<string> => meaningOf(text).matter;

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of a) if (b.has(term)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
}

/** Of five words four: a word more or less is the same wish, another word in a short one is another. */
const sameOverlap = 0.8;

/** The same wish in the same or nearly the same words. */
export function saysTheSame(one: string, other: string): boolean {
  const [a, b] = [meaningOf(one), meaningOf(other)];
  if (a.normal === b.normal) return true;
  if (a.isNegative !== b.isNegative || a.numbers !== b.numbers) return false;
  return a.matter.size > 0 && overlap(a.matter, b.matter) >= sameOverlap;
}

/**
 * The same matter with another wish, so that the later one overrides the earlier: the opposite of it, another number,
 * another of the values that exclude each other, or another name for somebody. Everything else about two instructions
 * must agree; where that is in doubt both stand, because a model can live with two and not without one.
 */
export function overrides(later: string, earlier: string): boolean {
  if (saysTheSame(later, earlier)) return false;
  const [a, b] = [meaningOf(later), meaningOf(earlier)];
  if (a.isName && b.isName) return true;
  if (a.isNegative !== b.isNegative) return a.matter.size > 0 && overlap(a.matter, b.matter) >= sameOverlap;
  return hasOtherNumber(a, b) || hasOtherValue(a.matter, b.matter);
}

function hasOtherNumber(a: Meaning, b: Meaning): boolean {
  const count = (numbers: string): number => (numbers === '' ? 0 : numbers.split(' ').length);
  if (a.numbers === '' || a.numbers === b.numbers || count(a.numbers) !== count(b.numbers)) return false;
  return a.rest.size > 0 && overlap(a.rest, b.rest) >= sameOverlap;
}

function hasOtherValue(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return groups.some(({ values, about }) => {
    const [ofA, ofB] = [a, b].map((matter) => [...matter].filter((term) => values.has(term)));
    // Who names several values compares them.
    if (ofA?.length !== 1 || ofB?.length !== 1 || ofA[0] === ofB[0]) return false;
    const rest = (matter: ReadonlySet<string>) =>
      new Set([...matter].filter((term) => !values.has(term) && !about.has(term)));
    return overlap(rest(a), rest(b)) >= sameOverlap;
  });
}
