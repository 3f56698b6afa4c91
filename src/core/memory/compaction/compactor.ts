/**
 * Puts older turns into frames, one session at a time after another, behind the turns and never in their way. All of a
 * frame is stored in one append, so a process that is killed meanwhile leaves the session as it was. Another window may
 * write a frame of the same entries: of two such frames the projection sends one, so the other is only a row.
 */
import type { Door, Entry, FrameEntry } from '../../../protocol/entries.ts';
import type { CallSink } from '../../calls/watched.ts';
import { watchedJob } from '../../calls/watchedTurn.ts';
import { frameCeiling, planCompaction } from '../../context/compactionPlan.ts';
import { ContextCounter } from '../../context/counting.ts';
import type { TokenFactors } from '../../context/factors.ts';
import { projectFrames } from '../../context/frames.ts';
import type { Remembered } from '../../context/remembered.ts';
import { saidIn } from '../../context/said.ts';
import { notFound, shuttingDown, stoppedByUser, toErrorInfo } from '../../errors.ts';
import type { Clock, CoreSettings, Log, TokenCounter } from '../../ports.ts';
import type { Chosen } from '../../providers/registry.ts';
import type { SessionStore } from '../../session/store.ts';
import type { Branches } from '../branch.ts';
import { Backoff } from './backoff.ts';
import type { Material } from './framePrompt.ts';
import { extractedFrame, firstFrame, type WrittenFrame } from './frameWriter.ts';
import { readStanding, type Standing } from './standing.ts';
import { entriesBetween } from './tail.ts';

interface How {
  /** Somebody waits for it. */
  asked: boolean;
  door: Door;
  signal: AbortSignal;
}

export interface CompactorOptions {
  store: SessionStore;
  branches: Branches;
  /** Frames as they stand in the log, without reading it. */
  remembered: Remembered;
  counter: TokenCounter;
  factors: TokenFactors;
  settings: CoreSettings;
  /** Where requests to models are kept; nowhere when absent. */
  calls?: CallSink;
  clock: Clock;
  log: Log;
  /** The model that answers in the session; undefined where only quotes can be had. */
  choose(sessionId: string): Promise<Chosen | undefined>;
  /** The models that may write frames, in the order in which they are asked; none where only quotes can be had. */
  writers(sessionId: string): Promise<Pick<Chosen, 'provider' | 'model'>[]>;
  /** What is to be kept in particular, by the session's profile. */
  remember(sessionId: string): Promise<readonly string[]>;
  /** Hears of what a frame takes in, and of the standing instructions a model saw in it. */
  onCovered(
    sessionId: string,
    covered: readonly Entry[],
    instructions: readonly { entryId: string; text: string }[],
  ): Promise<void>;
}

/**
 * A tail of more than so many shares was not lived through here but imported, or nothing was compacted for long. It is
 * extracted down to that, so that nobody pays for hundreds of requests they did not make.
 */
const sharesForModel = 2;

export class Compactor {
  readonly #options: CompactorOptions;
  readonly #counter: ContextCounter;
  readonly #backoff = new Backoff();
  readonly #closing = new AbortController();
  /** The last work asked for in each session; the next begins when it is over. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** Sessions in which work waits that nobody asked for; more of it would find nothing to do. */
  readonly #waiting = new Set<string>();

  constructor(options: CompactorOptions) {
    this.#options = options;
    this.#counter = new ContextCounter(options.counter);
  }

  /** Compacts when it is time to. Never rejects. */
  async turnEnded(sessionId: string): Promise<void> {
    const { settings, clock, log } = this.#options;
    if (settings.compaction === 'off' || this.#waiting.has(sessionId) || this.#closing.signal.aborted) return;
    this.#waiting.add(sessionId);
    try {
      await this.#oneAtATime(sessionId, async () => {
        this.#waiting.delete(sessionId);
        await this.#compact(sessionId, { asked: false, door: 'core', signal: this.#closing.signal });
      });
    } catch (error) {
      this.#waiting.delete(sessionId);
      if (this.#closing.signal.aborted) return;
      this.#backoff.failed(sessionId, clock.monotonic());
      log.error(`Older turns could not be put into a frame: ${toErrorInfo(error).code}.`, error);
    }
  }

  /** Now, as the user asked; the last frame that was written. */
  compact(sessionId: string, door: Door, signal?: AbortSignal): Promise<FrameEntry | undefined> {
    return this.#oneAtATime(sessionId, () =>
      this.#compact(sessionId, { asked: true, door, signal: this.#either(signal) }),
    );
  }

  /** Writes the frame of the same entries, or of the same frames, again. Throws `not_found`. */
  rebuild(sessionId: string, frame: FrameEntry, door: Door, signal?: AbortSignal): Promise<FrameEntry> {
    return this.#oneAtATime(sessionId, async () => {
      const how = { asked: true, byModel: true, door, signal: this.#either(signal) };
      const material = await this.#materialOf(sessionId, frame);
      const written = await this.#written(sessionId, material, how);
      return this.#append(sessionId, door, frame.covers, written, {
        replacesId: frame.id,
        active: frame.active,
      });
    });
  }

  /** Resolves when nothing is under way in the session. Never rejects. */
  async idle(sessionId: string): Promise<void> {
    for (let last = this.#last.get(sessionId); last; last = this.#last.get(sessionId))
      await last.catch(() => undefined);
  }

  /** Stops what is under way and waits for its end; nothing half is stored. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([...this.#last.values()]);
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  async #oneAtATime<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    if (this.#closing.signal.aborted) throw shuttingDown();
    const before = this.#last.get(sessionId);
    const own = (async () => {
      await before?.catch(() => undefined);
      return work();
    })();
    this.#last.set(sessionId, own);
    try {
      return await own;
    } finally {
      if (this.#last.get(sessionId) === own) this.#last.delete(sessionId);
    }
  }

  async #compact(sessionId: string, how: How): Promise<FrameEntry | undefined> {
    const share = this.#options.settings.conversationTokens;
    const kept = await this.#options.remembered.of(sessionId);
    let standing = await this.#standing(
      sessionId,
      kept.filter((entry) => entry.kind === 'frame'),
    );
    let last: FrameEntry | undefined;
    for (;;) {
      if (how.signal.aborted) throw stoppedByUser();
      const plan = planCompaction({ ...standing.state, share, asked: how.asked });
      if (!plan) return last;
      const isBacklog = standing.tokens > sharesForModel * share;
      if (!how.asked && !isBacklog && this.#backoff.isResting(sessionId, this.#options.clock.monotonic()))
        return last;
      const step = standing.step(plan);
      const written = await this.#written(sessionId, step.material, { ...how, byModel: !isBacklog });
      // Another process may have been faster; then there is another plan.
      const frames =
        written.method === 'model' ? await this.#options.store.ofKinds(sessionId, ['frame']) : [];
      if ((frames.at(-1)?.seq ?? 0) > standing.lastFrameSeq) {
        standing = await this.#standing(sessionId, frames);
        continue;
      }
      last = await this.#append(sessionId, how.door, step.covers, written, { active: true });
      this.#backoff.succeeded(sessionId);
      await this.#options.onCovered(sessionId, step.entries, written.instructions);
      standing = standing.after(step, last);
    }
  }

  #standing(sessionId: string, written: readonly FrameEntry[]): Promise<Standing> {
    return readStanding(this.#options, this.#counter, sessionId, written);
  }

  /** By the model where one is ready and wanted. What cannot be asked is made up for where somebody waits. */
  async #written(
    sessionId: string,
    material: Material,
    how: How & { byModel: boolean },
  ): Promise<WrittenFrame> {
    const { settings, log } = this.#options;
    const ceiling = frameCeiling(settings.conversationTokens);
    const writers =
      how.byModel && settings.compaction !== 'extractive' ? await this.#options.writers(sessionId) : [];
    if (writers.length === 0) return extractedFrame(material, ceiling);
    try {
      const remember = await this.#options.remember(sessionId);
      const job = { operation: 'frame', door: how.door, sessionId } as const;
      const watchedWriters = writers.map((one) => watchedJob(this.#options, one, job));
      return await firstFrame(watchedWriters, remember, material, ceiling, how.signal);
    } catch (error) {
      if (!how.asked || how.signal.aborted) throw error;
      log.error(`A model could not write a frame: ${toErrorInfo(error).code}.`, error);
      return extractedFrame(material, ceiling);
    }
  }

  async #append(
    sessionId: string,
    door: Door,
    { fromId, toId }: FrameEntry['covers'],
    { instructions: _, ...written }: WrittenFrame,
    more: { active: boolean; replacesId?: string },
  ): Promise<FrameEntry> {
    const draft = { id: crypto.randomUUID(), at: this.#options.clock.now(), door };
    const [entry] = await this.#options.store.append(sessionId, [
      { ...draft, kind: 'frame', covers: { fromId, toId }, ...written, ...more },
    ]);
    if (entry?.kind !== 'frame') throw new TypeError('The store appended another entry than it was given.');
    return entry;
  }

  /** Of a frame of frames its parts, else what was said in its range. */
  async #materialOf(sessionId: string, frame: FrameEntry): Promise<Material> {
    const { store, branches } = this.#options;
    const branch = await branches.of(sessionId);
    const projected = projectFrames(await store.ofKinds(sessionId, ['frame']), (id) => branch.placeOf(id));
    const own = projected.find(({ entry }) => entry.id === frame.id);
    if (!own) throw notFound('frame', frame.id);
    const smaller = projected.filter(
      (one) =>
        one !== own && one.from >= own.from && one.to <= own.to && one.to - one.from < own.to - own.from,
    );
    const parts = smaller.filter(
      (one) =>
        !smaller.some(
          (other) =>
            other !== one &&
            other.from <= one.from &&
            other.to >= one.to &&
            other.to - other.from > one.to - one.from,
        ),
    );
    if (parts.length > 1) return { kind: 'frames', bodies: parts.map(({ entry }) => entry.body) };
    return { kind: 'turns', said: saidIn(await entriesBetween(store, sessionId, frame.covers)) };
  }
}
