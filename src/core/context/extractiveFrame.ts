/**
 * A frame written without a model, from the words themselves: deterministic, local, and never more than its ceiling. It
 * quotes and does not conclude, so what it says was said.
 */
import type { FrameBody } from '../../protocol/entries.ts';
import { detectDirectives } from './directives/cues.ts';
import { declaredIn, identifiersIn, namesIn, numbersIn, pathsIn } from './extraction/marks.ts';
import { fencedIn, sentencesOf } from './extraction/prose.ts';
import { boundedBody, shortened } from './frameBody.ts';
import type { Said } from './said.ts';

interface Sentence {
  text: string;
  role: Said['role'];
  isFirst: boolean;
}

/** What was said later comes first in each kind, because it is nearer to what will be asked; goals begin with the first. */
export function extractiveFrame(said: readonly Said[], ceiling: number): FrameBody {
  const sentences = said
    .filter(({ role }) => role !== 'tool')
    .flatMap(({ role, text }) =>
      sentencesOf(text).map((sentence, index): Sentence => ({ text: sentence, role, isFirst: index === 0 })),
    );
  const newestFirst = [...sentences].reverse();
  return boundedBody(
    {
      goals: goals(sentences),
      decisions: distinct(
        newestFirst.filter(({ text }) => decides.test(text) && !isQuestion(text)),
        ({ text }) => text,
      ).map(decision),
      facts: facts(newestFirst.filter(({ text, role }) => role !== 'user' || !imperative.test(text))),
      entities: entities(sentences),
      files: files(said),
      failed: unique([
        ...said.flatMap(({ failures }) => failures),
        ...newestFirst.filter(({ text }) => fails.test(text)).map(({ text }) => text),
      ]),
      openSteps: unique(
        newestFirst.filter(({ text }) => isOpen.test(text) && !isQuestion(text)).map(({ text }) => text),
      ),
      preferences: unique(
        said
          .filter(({ role }) => role === 'user')
          .flatMap(({ text }) => detectDirectives(text).map((directive) => directive.text))
          .reverse(),
      ),
    },
    ceiling,
  );
}

const decides =
  /\b(?:let['’]?s|we(?:['’]ll| will| should|['’]re going to| are going to| agreed| decided| chose)|i(?:['’]ve| have)? (?:decided|chose|switched|went with)|decided (?:to|on|that)|go(?:ing)? with|settled? on|instead of|rather than|switch(?:ed)? (?:to|from))\b/i;
const reason = /[,;]?\s+(?:because|since|so that|as it|as we|due to|in order to|to avoid|otherwise)\b\s*/i;
const fails =
  /\b(?:errors?|fail(?:s|ed|ing|ure)?|exception|crash(?:es|ed)?|(?:does|did|do)(?:n['’]t| not) work|broken|broke|times? out|timed out|regression|ENOENT|EACCES|\w+Error)\b/;
const isOpen =
  /\b(?:todo|to do|next step|next,|next we|still (?:need|needs|have|has|missing|open|to)|remain(?:s|ing)|not yet|later|follow[- ]up|pending|need(?:s)? to|left to do|afterwards)\b/i;
const imperative =
  /^(?:please\s+|can you\s+|could you\s+|now\s+|then\s+|also\s+)?(?:add|make|write|fix|change|rename|remove|delete|move|create|implement|refactor|explain|find|show|check|test|use|update|help|build|set|replace|compare|translate|summari[sz]e|review|look|why|how|what|i (?:want|need|would like|'d like)|we (?:need|want))\b/i;

const isQuestion = (text: string): boolean => text.endsWith('?');

function goals(sentences: readonly Sentence[]): string[] {
  const wanted = sentences.filter(
    ({ text, role, isFirst }) => role === 'user' && (isFirst || imperative.test(text)),
  );
  const all = unique(wanted.map(({ text }) => text).filter((text) => text.split(/\s+/).length > 2));
  // The first says what it all was for; of the others the newest matter most.
  return [...all.slice(0, 1), ...all.slice(1).reverse()];
}

function decision({ text }: Sentence): FrameBody['decisions'][number] {
  const at = reason.exec(text);
  return at === null || at.index === 0
    ? { what: text, why: '' }
    : { what: text.slice(0, at.index), why: text.slice(at.index + at[0].length) };
}

/** Sentences of the kinds above say more than that they have a number in them. */
function facts(newestFirst: readonly Sentence[]): string[] {
  const scored = newestFirst
    .filter(({ text }) => !isQuestion(text) && !decides.test(text) && !fails.test(text) && !isOpen.test(text))
    .map(({ text, role }, place) => ({ text, place, score: specifics(text) + (role === 'user' ? 1 : 0) }))
    .filter(({ text, score }) => score > 1 && text.length > 20);
  return unique(scored.sort((a, b) => b.score - a.score || a.place - b.place).map(({ text }) => text));
}

/** Each kind of mark counts up to twice, so that a list of numbers is not more than a sentence. */
const specifics = (text: string): number =>
  [numbersIn(text), namesIn(text), identifiersIn(text), pathsIn(text)].reduce(
    (sum, found) => sum + Math.min(2, found.length),
    0,
  );

/** Names that came up twice or more, those said most often first, with the sentence that first had them. */
function entities(sentences: readonly Sentence[]): FrameBody['entities'] {
  const seen = new Map<string, { count: number; note: string }>();
  for (const { text } of sentences)
    for (const name of namesIn(text)) {
      const known = seen.get(name);
      seen.set(name, { count: (known?.count ?? 0) + 1, note: known?.note ?? text });
    }
  return [...seen]
    .filter(([, { count }]) => count > 1)
    .sort(([, a], [, b]) => b.count - a.count)
    .map(([name, { note }]) => ({ name, note: shortened(note, 160) }));
}

/** What was done to a file weighs more than that it was named; the newest word on it stands. */
function files(said: readonly Said[]): FrameBody['files'] {
  const known = new Map<string, { state: string; symbols: Set<string> }>();
  const note = (path: string, state: string, symbols: readonly string[]): void => {
    const before = known.get(path);
    known.delete(path);
    known.set(path, {
      state: state === 'named' ? (before?.state ?? state) : state,
      symbols: new Set([...(before?.symbols ?? []), ...symbols]),
    });
  };
  for (const { role, text, touched } of said) {
    for (const { path, how } of touched) note(path, how, []);
    if (role === 'tool') continue;
    for (const sentence of sentencesOf(text))
      for (const path of pathsIn(sentence)) note(path, 'named', identifiersIn(sentence));
    for (const { info, code } of fencedIn(text))
      for (const path of pathsIn(info)) note(path, 'code was shown', declaredIn(code));
  }
  return [...known].map(([path, { state, symbols }]) => ({ path, state, symbols: [...symbols] })).reverse();
}

function distinct<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) {
    const name = key(item).toLowerCase();
    if (!seen.has(name)) seen.set(name, item);
  }
  return [...seen.values()];
}

const unique = (texts: readonly string[]): string[] => distinct(texts, (text) => text);
