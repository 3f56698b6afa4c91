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

/** What an instruction is about: its words without those that only give it, in the form in which words are compared. */
export const matterOf = (text: string): Set<string> =>
  new Set(terms(text.replace(/['’]/g, '')).filter((term) => !isStopWord(term) && !giving.has(term)));

const overlap = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  const shared = [...a].filter((term) => b.has(term)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 1 : shared / all;
};

const isNegative = (text: string): boolean => negations.test(text);
const normalised = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Of five words four: a word more or less is the same wish, another word in a short one is another. */
const sameOverlap = 0.8;

/** The same wish in the same or nearly the same words. */
export function saysTheSame(a: string, b: string): boolean {
  if (normalised(a) === normalised(b)) return true;
  if (isNegative(a) !== isNegative(b) || String(numbersOf(a)) !== String(numbersOf(b))) return false;
  const [ofA, ofB] = [matterOf(a), matterOf(b)];
  return ofA.size > 0 && overlap(ofA, ofB) >= sameOverlap;
}

/**
 * The same matter with another wish, so that the later one overrides the earlier: the opposite of it, another number,
 * another of the values that exclude each other, or another name for somebody. Everything else about two instructions
 * must agree; where that is in doubt both stand, because a model can live with two and not without one.
 */
export function overrides(later: string, earlier: string): boolean {
  if (saysTheSame(later, earlier)) return false;
  if (/\bcall me\b/i.test(later) && /\bcall me\b/i.test(earlier)) return true;
  const [a, b] = [matterOf(later), matterOf(earlier)];
  if (isNegative(later) !== isNegative(earlier)) return a.size > 0 && overlap(a, b) >= sameOverlap;
  return hasOtherNumber(later, earlier) || hasOtherValue(a, b);
}

/** Where the rest is as good as the same. */
const sameRest = 0.6;
const numbersOf = (text: string): string[] =>
  (text.toLowerCase().match(/\d+|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b/g) ?? []).sort();

function hasOtherNumber(later: string, earlier: string): boolean {
  const [a, b] = [numbersOf(later), numbersOf(earlier)];
  if (a.length === 0 || a.length !== b.length || String(a) === String(b)) return false;
  const rest = (text: string) =>
    new Set([...matterOf(text)].filter((term) => !terms(numbersOf(text).join(' ')).includes(term)));
  return rest(later).size > 0 && overlap(rest(later), rest(earlier)) >= sameRest;
}

function hasOtherValue(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return groups.some(({ values, about }) => {
    const [ofA, ofB] = [a, b].map((matter) => [...matter].filter((term) => values.has(term)));
    // Who names several values compares them.
    if (ofA?.length !== 1 || ofB?.length !== 1 || ofA[0] === ofB[0]) return false;
    const rest = (matter: ReadonlySet<string>) =>
      new Set([...matter].filter((term) => !values.has(term) && !about.has(term)));
    return overlap(rest(a), rest(b)) >= sameRest;
  });
}
