import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { SessionIndex } from '../../../../src/core/recall/sessionIndex.ts';
import { WordVectors } from '../../../../src/core/recall/wordVectors.ts';
import type { Entry, EntryDraft } from '../../../../src/protocol/entries.ts';
import { workerUrl } from '../../../support/core.ts';
import { draft } from '../../store/sqlite/entries.ts';
import { answer, rewindTo, user } from '../../store/sqlite/samples.ts';
import { idle, type RecallWindow, Windows } from './recalling.ts';

const vectors = new WordVectors(readFileSync(new URL('vectors/words.bin', workerUrl('recall'))));

/** Few words, so that many entries share them. */
const words = ['quoll', 'numbat', 'bilby', 'dunnart', 'potoroo', 'at', 'night'];
const text = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 })
  .map((some) => some.join(' '));

type Step =
  | { act: 'append'; window: number; drafts: EntryDraft[] }
  | { act: 'chatter'; window: number; count: number }
  | { act: 'frame'; window: number; from: number; to: number; says: string }
  | { act: 'rewind'; window: number; to: number }
  | { act: 'fork'; window: number; at: number }
  | { act: 'restart' }
  | { act: 'ask'; window: number; text: string; leaf: number | undefined; limit: number };

const window = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant('append' as const),
      window,
      drafts: fc.array(
        fc.oneof(
          text.map(user),
          text.map((said) => answer(said, crypto.randomUUID())),
          draft,
        ),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  },
  // Enough of them to fill a run, or to make a part of one worth keeping.
  fc.record({ act: fc.constant('chatter' as const), window, count: fc.constantFrom(40, 300, 512) }),
  fc.record({ act: fc.constant('frame' as const), window, from: fc.nat(), to: fc.nat(), says: text }),
  fc.record({ act: fc.constant('rewind' as const), window, to: fc.nat() }),
  fc.record({ act: fc.constant('fork' as const), window, at: fc.nat() }),
  fc.record({ act: fc.constant('restart' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('ask' as const),
      window,
      text,
      leaf: fc.option(fc.nat(), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 30 }),
    }),
  },
);

/** A session that two windows have open, as a run of steps leaves it. */
class Run {
  readonly windows = new Windows();
  #open: RecallWindow[] = [];
  #sessionId = '';

  async begin(): Promise<void> {
    this.#open = [this.windows.window(), this.windows.window()];
    this.#sessionId = (await this.#at(0).store.create({ door: 'panel' })).id;
  }

  async take(taken: Step): Promise<void> {
    if (taken.act === 'restart') {
      await this.windows.closeAll();
      this.#open = [this.windows.window(), this.windows.window()];
      return;
    }
    const { store } = this.#at(taken.window);
    const log = await store.log(this.#sessionId);
    const entryAt = (place: number): Entry | undefined => log[place % Math.max(log.length, 1)];
    switch (taken.act) {
      case 'append':
        // The same entry may be drawn in two steps.
        await store.append(
          this.#sessionId,
          taken.drafts.map((each) => ({ ...each, id: crypto.randomUUID(), turnId: crypto.randomUUID() })),
        );
        return;
      case 'chatter':
        await store.append(this.#sessionId, idle(taken.count));
        return;
      case 'frame': {
        const [from, to] = [entryAt(taken.from), entryAt(taken.to)];
        if (from && to) await store.append(this.#sessionId, [frameOf(from, to, taken.says)]);
        return;
      }
      case 'rewind': {
        const to = entryAt(taken.to);
        if (to) await store.append(this.#sessionId, [rewindTo(to.id)]);
        return;
      }
      case 'fork': {
        const at = entryAt(taken.at);
        if (at) this.#sessionId = (await store.fork(this.#sessionId, at.id, { door: 'panel' })).id;
        return;
      }
      case 'ask':
        return this.#ask(taken, log);
      default:
        taken satisfies never;
    }
  }

  async #ask({ window: at, ...asked }: Extract<Step, { act: 'ask' }>, log: Entry[]): Promise<void> {
    const leaf = asked.leaf === undefined ? undefined : log[asked.leaf % Math.max(log.length, 1)];
    const question = {
      text: asked.text,
      now: Date.now(),
      limit: asked.limit,
      leafId: leaf?.id,
      except: new Set<string>(),
    };
    const fresh = new SessionIndex(vectors);
    fresh.add(log, log.length);
    const found = await this.#at(at).recall.search({
      ...question,
      sessionId: this.#sessionId,
      scope: 'session',
    });
    const expected = fresh.search(question).map((hit) => ({ sessionId: this.#sessionId, ...hit }));
    assert.deepEqual(found, expected);
  }

  #at(at: number): RecallWindow {
    return this.#open[at] ?? assert.fail();
  }
}

const frameOf = (from: Entry, to: Entry, says: string): EntryDraft => ({
  kind: 'frame',
  id: crypto.randomUUID(),
  at: Date.now(),
  door: 'core',
  covers: { fromId: from.id, toId: to.id },
  method: 'extractive',
  active: true,
  ...(from.kind === 'frame' ? { replacesId: from.id } : {}),
  notes: [{ entryId: to.id, text: says }],
  body: {
    goals: [],
    decisions: [],
    facts: [says],
    entities: [],
    files: [],
    failed: [],
    openSteps: [],
    preferences: [],
  },
});

describe('Recall after whatever came before', function () {
  this.timeout(120_000);

  it('finds exactly what an index finds that is made of the log at that moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }),
        text,
        async (steps, last) => {
          const run = new Run();
          try {
            await run.begin();
            for (const each of steps) await run.take(each);
            await run.take({ act: 'ask', window: 1, text: last, leaf: undefined, limit: 20 });
          } finally {
            await run.windows.end();
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
