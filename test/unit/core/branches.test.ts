import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LogBranches } from '../../../src/core/session/logBranches.ts';
import type { TreeLink } from '../../../src/core/session/store.ts';
import { plainText } from '../../../src/protocol/content.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

describe('Branches of a session', function () {
  this.timeout(20_000);
  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    sessionId = (await core.store.create({ door: 'cli', title: 'Branches' })).id;
  });
  afterEach(() => core.close());

  /** The id of the input. */
  const ask = async (text: string, parentId?: string | null) => {
    core.fake.enqueue(answer(`answer to ${text}`));
    const ended = core.event('turn.ended');
    const { turnId } = await core.engine.startTurn(sessionId, {
      text,
      door: 'panel',
      ...(parentId === undefined ? {} : { parentId }),
    });
    await ended;
    return inputOf(turnId);
  };
  const inputOf = async (turnId: string) => {
    const entry = (await core.store.log(sessionId)).find(
      (one) => one.kind === 'user' && one.turnId === turnId,
    );
    assert.ok(entry?.kind === 'user');
    return entry;
  };
  const said = async () =>
    (await core.store.path(sessionId)).flatMap((entry) =>
      entry.kind === 'user' ? [plainText(entry.content)] : [],
    );

  it('are reached again after an input was edited, and go on where they were', async () => {
    await ask('one');
    const two = await ask('two');
    await ask('three');
    const better = await ask('two, better', two.parentId);
    assert.deepEqual(await said(), ['one', 'two, better']);
    const [fork] = await core.engine.branches(sessionId);
    assert.equal(fork?.entryId, better.id);
    assert.deepEqual(
      fork.ways.map(({ entryId, input }) => [entryId, input]),
      [
        [two.id, 0],
        [better.id, 1],
      ],
    );
    await core.engine.toBranch(sessionId, two.id, 'panel');
    assert.deepEqual(await said(), ['one', 'two', 'three']);
    assert.equal((await core.engine.branches(sessionId))[0]?.entryId, two.id);
    await ask('four');
    await core.engine.toBranch(sessionId, better.id, 'panel');
    await core.engine.toBranch(sessionId, two.id, 'panel');
    assert.deepEqual(await said(), ['one', 'two', 'three', 'four']);
  });

  it('of a retry say the same', async () => {
    const first = await ask('one');
    core.fake.enqueue(answer('another answer'));
    const ended = core.event('turn.ended');
    await core.engine.retryTurn(sessionId, first.turnId, 'panel');
    await ended;
    const [fork] = await core.engine.branches(sessionId);
    assert.deepEqual(
      fork?.ways.map(({ input }) => input),
      [0, 0],
    );
  });

  it('are also what is said after going back to an answer', async () => {
    const one = await ask('one');
    await ask('two');
    const answerOfOne = (await core.store.path(sessionId, { limit: 3 })).find(
      (entry) => entry.kind === 'assistant' && entry.turnId === one.turnId,
    );
    await core.engine.rewind(sessionId, answerOfOne?.id ?? '', 'panel');
    await ask('another two');
    const [fork] = await core.engine.branches(sessionId);
    assert.equal(fork?.ways.length, 2);
  });

  it('going to and fro makes no chain of rewinds', async () => {
    const one = await ask('one');
    const other = await ask('one, better', null);
    for (const to of [one, other, one, other, one]) await core.engine.toBranch(sessionId, to.id, 'panel');
    const path = await core.store.lineage(sessionId);
    assert.equal(path.filter(({ kind }) => kind === 'rewind').length, 1);
    await core.engine.toBranch(sessionId, one.id, 'panel');
    assert.deepEqual(await core.store.lineage(sessionId), path);
  });

  it('are not changed while an answer is on its way, which would stand after another input', async () => {
    const one = await ask('one');
    core.fake.enqueue({ kind: 'drip', text: 'slow', gated: true });
    const ended = core.event('turn.ended');
    await core.engine.startTurn(sessionId, { text: 'one, better', door: 'panel', parentId: null });
    await assert.rejects(core.engine.toBranch(sessionId, one.id, 'panel'), { code: 'turn_under_way' });
    await assert.rejects(core.engine.rewind(sessionId, one.id, 'panel'), { code: 'turn_under_way' });
    core.fake.gate.step();
    await ended;
    await core.engine.toBranch(sessionId, one.id, 'panel');
    assert.deepEqual(await said(), ['one']);
  });

  it('is not_found for an entry that is not there', async () => {
    await ask('one');
    await assert.rejects(core.engine.toBranch(sessionId, crypto.randomUUID(), 'panel'), {
      code: 'not_found',
    });
  });
});

const kinds = ['user', 'assistant', 'tool_result', 'title', 'rewind', 'frame'] as const;

describe('The tree of a log', () => {
  it('has for each entry the newest below it, and for the active branch the inputs beside it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat()), { maxLength: 40 }),
        (drawn: [(typeof kinds)[number], number][]) => {
          const links = drawn.map(([kind, pick], index): TreeLink => {
            const parent = pick % (index + 1);
            return { id: `${index}`, kind, parentId: parent === 0 ? null : `${parent - 1}`, seq: index + 1 };
          });
          const tree = new LogBranches(links);
          const above = (link: TreeLink | undefined): TreeLink[] =>
            link ? [link, ...above(links.find(({ id }) => id === link.parentId))] : [];
          const active = above(links.at(-1)).map(({ id }) => id);
          const placeOf = (link: TreeLink) =>
            above(link)
              .slice(1)
              .find(({ kind }) => ['user', 'assistant', 'tool_result'].includes(kind))?.id;
          for (const link of links) {
            assert.equal(tree.isActive(link.id), active.includes(link.id));
            const below = links.filter((one) => above(one).includes(link));
            const last = below.at(-1) ?? link;
            assert.deepEqual(tree.newestBelow(link.id), {
              leafId: last.kind === 'rewind' ? (last.parentId ?? last.id) : last.id,
              leafSeq: last.seq,
            });
          }
          const inputs = links.filter(({ kind }) => kind === 'user');
          const expected = inputs
            .filter(({ id }) => active.includes(id))
            .map((one) => ({
              activeId: one.id,
              inputIds: inputs.filter((other) => placeOf(other) === placeOf(one)).map(({ id }) => id),
            }))
            .filter(({ inputIds }) => inputIds.length > 1);
          assert.deepEqual(
            new Set(tree.forks.map((fork) => JSON.stringify(fork))),
            new Set(expected.map((fork) => JSON.stringify(fork))),
          );
        },
      ),
    );
  });
});
