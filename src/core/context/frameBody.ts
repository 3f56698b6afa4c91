/** The body of a frame as items that can be counted, bounded and merged. Pure. */
import type { FrameBody } from '../../protocol/entries.ts';
import { estimateTokens } from './tokens.ts';

export const emptyBody: FrameBody = {
  goals: [],
  decisions: [],
  facts: [],
  entities: [],
  files: [],
  failed: [],
  openSteps: [],
  preferences: [],
};

/** In the order in which they are given room: what was wanted and settled comes before what was merely said. */
const sections = [
  'goals',
  'decisions',
  'preferences',
  'openSteps',
  'facts',
  'files',
  'failed',
  'entities',
] as const satisfies (keyof FrameBody)[];
type Section = (typeof sections)[number];

/** Characters of one item; a longer one is a passage and not a note. */
const longestItem = 400;

export const shortened = (text: string, longest = longestItem): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
};

const cut: { [S in Section]: (item: FrameBody[S][number]) => FrameBody[S][number] } = {
  goals: shortenedItem,
  decisions: ({ what, why }) => ({ what: shortened(what), why: shortened(why) }),
  facts: shortenedItem,
  entities: ({ name, note }) => ({ name: shortened(name, 100), note: shortened(note) }),
  files: ({ path, state, symbols }) => ({
    path: shortened(path),
    state: shortened(state, 200),
    symbols: symbols.slice(0, 12).map((symbol) => shortened(symbol, 100)),
  }),
  failed: shortenedItem,
  openSteps: shortenedItem,
  preferences: shortenedItem,
};

function shortenedItem(item: string): string {
  return shortened(item);
}

/** Tokens around each item: its mark and its line. */
const perItem = 3;

const itemTokens = (item: unknown): number =>
  estimateTokens(
    typeof item === 'string'
      ? item
      : Object.values(item ?? {})
          .flat()
          .join(' '),
  ) + perItem;

export const bodyTokens = (body: FrameBody): number =>
  sections.reduce(
    (sum, section) => sum + body[section].reduce((all: number, item) => all + itemTokens(item), 0),
    0,
  );

export const isEmptyBody = (body: FrameBody): boolean =>
  sections.every((section) => body[section].length === 0);

/**
 * As much of a body as fits, by estimated tokens. Each kind gives an item in turn, its first ones before its last ones,
 * so that no kind is crowded out by another.
 */
export function boundedBody(body: FrameBody, ceiling: number): FrameBody {
  const kept: { [S in Section]: number } = {
    goals: 0,
    decisions: 0,
    facts: 0,
    entities: 0,
    files: 0,
    failed: 0,
    openSteps: 0,
    preferences: 0,
  };
  const whole = mapped(body);
  let room = ceiling;
  let open: Section[] = [...sections];
  while (open.length > 0) {
    open = open.filter((section) => {
      const item = whole[section][kept[section]];
      if (item === undefined) return false;
      const tokens = itemTokens(item);
      if (tokens > room) return false;
      room -= tokens;
      kept[section]++;
      return true;
    });
  }
  return {
    goals: whole.goals.slice(0, kept.goals),
    decisions: whole.decisions.slice(0, kept.decisions),
    facts: whole.facts.slice(0, kept.facts),
    entities: whole.entities.slice(0, kept.entities),
    files: whole.files.slice(0, kept.files),
    failed: whole.failed.slice(0, kept.failed),
    openSteps: whole.openSteps.slice(0, kept.openSteps),
    preferences: whole.preferences.slice(0, kept.preferences),
  };
}

const mapped = (body: FrameBody): FrameBody => ({
  goals: body.goals.map(cut.goals),
  decisions: body.decisions.map(cut.decisions),
  facts: body.facts.map(cut.facts),
  entities: body.entities.map(cut.entities),
  files: body.files.map(cut.files),
  failed: body.failed.map(cut.failed),
  openSteps: body.openSteps.map(cut.openSteps),
  preferences: body.preferences.map(cut.preferences),
});

/** One body of several, oldest first: of the same matter the newest word stands, and the newest items come first. */
export function mergedBodies(bodies: readonly FrameBody[], ceiling: number): FrameBody {
  const newestFirst = [...bodies].reverse();
  const all = <T>(pick: (body: FrameBody) => readonly T[], key: (item: T) => string): T[] => {
    const seen = new Map<string, T>();
    for (const body of newestFirst)
      for (const item of pick(body))
        if (!seen.has(key(item).toLowerCase())) seen.set(key(item).toLowerCase(), item);
    return [...seen.values()];
  };
  const text = (item: string): string => item;
  return boundedBody(
    {
      goals: all((body) => body.goals, text),
      decisions: all(
        (body) => body.decisions,
        ({ what }) => what,
      ),
      facts: all((body) => body.facts, text),
      entities: all(
        (body) => body.entities,
        ({ name }) => name,
      ),
      files: all(
        (body) => body.files,
        ({ path }) => path,
      ),
      failed: all((body) => body.failed, text),
      openSteps: [...(newestFirst[0]?.openSteps ?? [])],
      preferences: all((body) => body.preferences, text),
    },
    ceiling,
  );
}
