/** The words of a frame as text that people can edit, one item to a line, and back. Pure. */
import type { FrameBody } from '../src/protocol/entries.ts';

export type FramePart = keyof FrameBody;
export const frameParts = [
  'goals',
  'decisions',
  'facts',
  'entities',
  'files',
  'failed',
  'openSteps',
  'preferences',
] as const satisfies readonly FramePart[];

export type FrameTexts = Record<FramePart, string>;

/** Between what belongs to one item. */
const dash = ' — ';

export function frameTexts(body: FrameBody): FrameTexts {
  return {
    goals: lines(body.goals),
    decisions: lines(body.decisions.map(({ what, why }) => joined(what, why))),
    facts: lines(body.facts),
    entities: lines(body.entities.map(({ name, note }) => joined(name, note))),
    files: lines(body.files.map(({ path, state, symbols }) => joined(path, state, symbols.join(', ')))),
    failed: lines(body.failed),
    openSteps: lines(body.openSteps),
    preferences: lines(body.preferences),
  };
}

export function frameFrom(texts: FrameTexts): FrameBody {
  return {
    goals: items(texts.goals),
    decisions: items(texts.decisions).map((line) => {
      const [what = '', ...why] = line.split(dash);
      return { what, why: why.join(dash) };
    }),
    facts: items(texts.facts),
    entities: items(texts.entities).map((line) => {
      const [name = '', ...note] = line.split(dash);
      return { name, note: note.join(dash) };
    }),
    files: items(texts.files).map((line) => {
      const [path = '', state = '', ...symbols] = line.split(dash);
      return { path, state, symbols: listed(symbols.join(dash)) };
    }),
    failed: items(texts.failed),
    openSteps: items(texts.openSteps),
    preferences: items(texts.preferences),
  };
}

/** What is empty at the end is left out; an item of several lines becomes one, as a line is an item. */
const joined = (...parts: string[]): string =>
  parts.slice(0, parts.findLastIndex((part) => part !== '') + 1).join(dash);
const lines = (all: readonly string[]): string =>
  all.map((item) => item.replace(/\s*[\r\n]+\s*/g, ' ').trim()).join('\n');
const items = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
const listed = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
