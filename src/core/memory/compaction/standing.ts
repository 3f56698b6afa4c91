/** Where the frames and the tail of a session stand, as the planner wants it and as the writer needs it. */
import type { Entry, FrameEntry } from '../../../protocol/entries.ts';
import type { CompactionPlan, CompactionState } from '../../context/compactionPlan.ts';
import { unitsOf } from '../../context/conversation.ts';
import type { ContextCounter } from '../../context/counting.ts';
import type { TokenFactors } from '../../context/factors.ts';
import { bodyTokens } from '../../context/frameBody.ts';
import { projectFrames } from '../../context/frames.ts';
import { saidIn } from '../../context/said.ts';
import type { Chosen } from '../../providers/registry.ts';
import type { SessionStore } from '../../session/store.ts';
import type { Branches } from '../branch.ts';
import type { Material } from './framePrompt.ts';
import { entriesAfter } from './tail.ts';

export interface Step {
  covers: FrameEntry['covers'];
  material: Material;
  /** What the new frame takes in that no frame held; empty for a frame of frames. */
  entries: Entry[];
}

/** A frame that no larger one covers. */
interface StandingEntry {
  entry: FrameEntry;
  /** Neither it nor what is around it was switched off, so that it may become part of a larger one. */
  folds: boolean;
}

export class Standing {
  readonly #frames: readonly StandingEntry[];
  readonly #tail: CompactionState['tail'];
  readonly #entries: readonly Entry[];
  /** Place of the newest entry of a frame in the log, whichever branch it is of. */
  readonly lastFrameSeq: number;

  constructor(
    frames: readonly StandingEntry[],
    tail: CompactionState['tail'],
    entries: readonly Entry[],
    lastFrameSeq: number,
  ) {
    this.#frames = frames;
    this.#tail = tail;
    this.#entries = entries;
    this.lastFrameSeq = lastFrameSeq;
  }

  get state(): Pick<CompactionState, 'frames' | 'tail'> {
    const frames = this.#frames.map(({ entry: { id, covers, body }, folds }) => ({
      id,
      ...covers,
      active: folds,
      tokens: bodyTokens(body),
    }));
    return { frames, tail: this.#tail };
  }

  /** Tokens of the tail. */
  get tokens(): number {
    return this.#tail.reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** What is written first: where both are due, the older frames make room before another comes. */
  step({ fold, frame }: CompactionPlan): Step {
    if (fold) {
      const bodies = this.#frames.flatMap(({ entry }) =>
        fold.frameIds.includes(entry.id) ? [entry.body] : [],
      );
      return { covers: fold, material: { kind: 'frames', bodies }, entries: [] };
    }
    if (!frame) throw new TypeError('A plan has something to do.');
    const from = this.#entries.findIndex(({ id }) => id === frame.fromId);
    const to = this.#entries.findIndex(({ id }) => id === frame.toId);
    const entries = this.#entries.slice(from, to + 1);
    return { covers: frame, material: { kind: 'turns', said: saidIn(entries) }, entries };
  }

  /** As it stands once the frame of a step is in the log. */
  after(step: Step, frame: FrameEntry): Standing {
    if (step.material.kind === 'frames') {
      const first = this.#frames.findIndex(({ entry }) => entry.covers.fromId === frame.covers.fromId);
      const last = this.#frames.findIndex(({ entry }) => entry.covers.toId === frame.covers.toId);
      const frames = [...this.#frames.slice(0, first), folding(frame), ...this.#frames.slice(last + 1)];
      return new Standing(frames, this.#tail, this.#entries, frame.seq);
    }
    const unit = this.#tail.findIndex(({ entryIds }) => entryIds.includes(frame.covers.toId));
    const place = this.#entries.findIndex(({ id }) => id === frame.covers.toId);
    return new Standing(
      [...this.#frames, folding(frame)],
      this.#tail.slice(unit + 1),
      this.#entries.slice(place + 1),
      frame.seq,
    );
  }
}

const folding = (entry: FrameEntry): StandingEntry => ({ entry, folds: true });

/** `written`: all entries of frames, in the order of the log. Reads what stands after the last of them, one that is switched off too. */
export async function readStanding(
  from: {
    store: SessionStore;
    branches: Branches;
    factors: TokenFactors;
    choose(sessionId: string): Promise<Chosen | undefined>;
  },
  counter: ContextCounter,
  sessionId: string,
  written: readonly FrameEntry[],
): Promise<Standing> {
  const branch = await from.branches.of(sessionId);
  const standing = projectFrames(written, (id) => branch.placeOf(id)).filter(
    ({ within }) => within === undefined,
  );
  const last = standing.reduce(
    (most, frame) => (frame.to > most.to ? frame : most),
    standing[0] ?? { to: -1, entry: undefined },
  );
  const off = standing.filter(({ entry }) => !entry.active);
  const entries = await entriesAfter(from.store, sessionId, last.entry?.covers.toId);
  const units = unitsOf(entries);
  const counts = await counter.count(
    units.map(({ entryIds, messages }) => ({ key: entryIds.join(), messages })),
  );
  const model = (await from.choose(sessionId))?.model;
  const factor = model ? from.factors.of(model) : 1;
  const tail = units.map(({ entryIds, opens }, index) => ({
    entryIds,
    opens,
    tokens: Math.ceil((counts[index] ?? 0) * factor),
  }));
  return new Standing(
    standing.map((frame) => ({
      entry: frame.entry,
      folds: !off.some((one) => one.from <= frame.from && one.to >= frame.to),
    })),
    tail,
    entries,
    written.at(-1)?.seq ?? 0,
  );
}
