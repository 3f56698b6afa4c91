/** Which older turns become the next frame, and which frames become one. Pure. */

/** A run of entries that is sent whole or not at all, as the log has it after the last frame. */
export interface TailUnit {
  entryIds: readonly string[];
  tokens: number;
  /** It begins with an input of the user, so that what stands before it may go into a frame. */
  opens: boolean;
}

/** A frame that no larger one covers, in the order of the log. */
export interface StandingFrame {
  id: string;
  fromId: string;
  toId: string;
  tokens: number;
  active: boolean;
}

export interface CompactionState {
  frames: readonly StandingFrame[];
  /** Everything after the last frame, oldest first. */
  tail: readonly TailUnit[];
  /** Tokens of the conversation that are sent word for word. */
  share: number;
  /** Asked for by the user: all but the newest turn goes. */
  asked: boolean;
}

export interface CompactionPlan {
  /** Frames that become one, oldest first. */
  fold?: { frameIds: string[]; fromId: string; toId: string };
  /** Entries that become the next frame, oldest first. */
  frame?: { entryIds: string[]; fromId: string; toId: string; tokens: number };
}

/**
 * Part of the share that stays word for word after a compaction. What stays is read anew by the API at once and paid for
 * in every turn until the next one, so the price only falls with it (`bench:cost`: 13.7, 12.2, 11.4 and 10.5 dollars at
 * .65, .5, .35 and .2); a third of a day's work is still the thread of what is being done.
 */
const keptShare = 1 / 3;

/**
 * Ceiling of one frame in tokens: a page of notes, and never more than a sixteenth of what it makes room for. Below
 * 300 a frame cannot hold one item of each kind.
 */
export const frameCeiling = (share: number): number => Math.min(1_500, Math.max(300, Math.floor(share / 16)));

/** Frames that are sent together before the older ones become one; a quarter of the share at most. */
const framesTogether = 4;
export const framesCeiling = (share: number): number => framesTogether * frameCeiling(share);

/**
 * Undefined while everything is within its share. A cut lies only where an input of the user begins, so that neither a
 * turn nor a tool call and its result is ever parted; the newest turn stays as it is. One frame takes in at most the
 * share, so that a long backlog becomes several.
 */
export function planCompaction(state: CompactionState): CompactionPlan | undefined {
  const frame = nextFrame(state);
  const fold = nextFold(state, frame !== undefined);
  if (!frame && !fold) return undefined;
  return { ...(fold ? { fold } : {}), ...(frame ? { frame } : {}) };
}

const total = (parts: readonly { tokens: number }[]): number =>
  parts.reduce((sum, { tokens }) => sum + tokens, 0);

function nextFrame({ tail, share, asked }: CompactionState): CompactionPlan['frame'] {
  let all = 0;
  /** Tokens before each unit that begins with an input: there a cut may lie. */
  const cuts: { at: number; before: number }[] = [];
  for (const [at, unit] of tail.entries()) {
    if (unit.opens && at > 0) cuts.push({ at, before: all });
    all += unit.tokens;
  }
  if (!asked && all <= share) return undefined;
  const kept = asked ? 0 : share * keptShare;
  // The oldest cut that leaves no more than may stay; else all but the newest turn goes.
  const wanted = cuts.find(({ before }) => all - before <= kept) ?? cuts.at(-1);
  if (wanted === undefined) return undefined;
  const within = cuts.filter(({ at }) => at <= wanted.at);
  const cut = (within.findLast(({ before }) => before <= share) ?? within[0])?.at;
  const covered = tail.slice(0, cut);
  const entryIds = covered.flatMap((unit) => unit.entryIds);
  const fromId = entryIds[0];
  const toId = entryIds.at(-1);
  if (fromId === undefined || toId === undefined) return undefined;
  return { entryIds, fromId, toId, tokens: total(covered) };
}

/**
 * Folds when the frames, with the one that comes, would be over their ceiling; then the newest that fit into a quarter
 * of it stay, so that it is not done again for the next one. A frame that is switched off is not taken in, because it
 * would come back with the larger one.
 */
function nextFold({ frames, share }: CompactionState, comes: boolean): CompactionPlan['fold'] {
  const sent = frames.filter(({ active }) => active);
  const ceiling = framesCeiling(share);
  if (total(sent) + (comes ? frameCeiling(share) : 0) <= ceiling) return undefined;
  let room = ceiling / 4;
  const keptFrom = frames.findLastIndex(({ active, tokens }) => {
    if (active) room -= tokens;
    return room < 0;
  });
  const run = oldestRun(frames.slice(0, keptFrom + 1)) ?? oldestRun(frames);
  const first = run?.[0];
  const last = run?.at(-1);
  return first && last && run
    ? { frameIds: run.map(({ id }) => id), fromId: first.fromId, toId: last.toId }
    : undefined;
}

/** The first two or more frames in a row that are sent. */
function oldestRun(frames: readonly StandingFrame[]): StandingFrame[] | undefined {
  let run: StandingFrame[] = [];
  for (const frame of frames) {
    if (frame.active) run.push(frame);
    else if (run.length > 1) return run;
    else run = [];
  }
  return run.length > 1 ? run : undefined;
}
