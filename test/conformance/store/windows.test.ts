import assert from 'node:assert/strict';
import type { SessionStore } from '../../../src/core/session/store.ts';
import { plainText } from '../../../src/protocol/content.ts';
import { program, Started } from '../../durability/processes.ts';
import {
  answer,
  by,
  change,
  filled,
  Scratch,
  textsOf,
  title,
  user,
} from '../../unit/store/sqlite/samples.ts';

/** Other windows are to see a write within a second; the rest of this is for a machine that is busy. */
const seenWithinMs = 3_000;

describe('Two windows on one database', () => {
  let scratch: Scratch;
  let store: SessionStore;
  let writer: string;
  const started: Started[] = [];
  beforeEach(async () => {
    scratch = new Scratch();
    store = scratch.open();
    writer = await program('writer', scratch.folder);
  });
  afterEach(async () => {
    for (const each of started) each.kill();
    await Promise.all(started.splice(0).map((each) => each.ended));
    await scratch.end();
  });

  const other = (sessionId: string, name: string, what: string, count = ''): Started => {
    const args = [writer, scratch.file, sessionId, name, what, ...(count === '' ? [] : [count])];
    const made = new Started(process.execPath, args);
    started.push(made);
    return made;
  };

  it('lose nothing and keep the order when both append at once', async () => {
    const { id } = await store.create({ door: 'panel' });
    const writers = ['a', 'b', 'c'].map((name) => other(id, name, 'entries', '150'));
    for (let at = 1; at <= 50; at++) await store.append(id, [user(`own ${at} `)]);
    await Promise.all(writers.map((each) => each.ended));
    const entries = await store.log(id);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: 500 }, (_, at) => at + 1),
    );
    assert.deepEqual(
      entries.map(({ parentId }) => parentId),
      [null, ...entries.slice(0, -1).map((entry) => entry.id)],
    );
    const texts = await textsOf(store, id);
    for (const [name, count] of [
      ['a', 150],
      ['b', 150],
      ['c', 150],
      ['own', 50],
    ] as const)
      assert.deepEqual(
        texts.filter((text) => text.startsWith(`${name} `)).map((text) => Number(text.split(' ')[1])),
        Array.from({ length: count }, (_, at) => at + 1),
      );
    assert.equal((await store.get(id))?.entryCount, 500);
  });

  it('start at the same moment on a database that is not there yet', async () => {
    const file = `${scratch.file}-new`;
    const stores = Array.from({ length: 5 }, () => scratch.open(undefined, file));
    const made = await Promise.all(stores.map((each) => each.create({ door: 'panel' })));
    for (const each of stores) assert.equal((await each.list()).length, made.length);
  });

  it('see what the other does: entries, titles, drafts of turns, within a second', async () => {
    const second = scratch.open();
    await second.list();
    const begun = performance.now();
    const { id } = await store.create({ door: 'panel' });
    const seen = change(second, 'appended', ({ sessionId }) => sessionId === id);
    const [entry] = await store.append(id, [title('Seen')]);
    const told = await seen;
    assert.deepEqual([told.own, told.entries], [false, [entry]]);
    assert.ok(performance.now() - begun < seenWithinMs);
    const live = change(second, 'turn_live');
    const progress = change(second, 'progress', ({ content }) => plainText(content) === 'so far');
    const turn = user('ask');
    await store.submitTurn(turn, id, by);
    assert.deepEqual([(await live).own, (await live).turnId], [false, turn.turnId]);
    await store.checkpoint(turn.turnId, [{ type: 'text', text: 'so far' }]);
    await progress;
    const queued = change(second, 'queue', ({ queue }) => queue.length === 1);
    await store.submitTurn(user('later'), id, by);
    assert.equal((await queued).queue[0]?.text, 'later');
    const free = change(second, 'free');
    await store.finishTurn(turn.turnId, answer('told', turn.turnId));
    await free;
  });

  it('leave a live turn of the other alone for as long as it beats, and end it when it does not', async function () {
    this.timeout(60_000);
    const [beating, silent] = [await store.create({ door: 'panel' }), await store.create({ door: 'panel' })];
    const beats = other(beating.id, 'beating', 'live');
    const stops = other(silent.id, 'silent', 'live');
    await beats.line((line) => line.endsWith(' xxx'));
    const [, turnId = ''] = (await stops.line((line) => line.endsWith(' xxx'))).split(' ');
    assert.equal((await store.liveTurn(silent.id))?.own, false);
    const mine = user('mine waits');
    assert.equal((await store.submitTurn(mine, silent.id, by)).state, 'queued');
    assert.equal(await store.promote(silent.id), undefined);
    assert.equal(await store.checkpoint(turnId, []), false);
    await assert.rejects(store.finishTurn(turnId, answer('not mine', turnId)), { code: 'lease_lost' });

    // Both processes are there; only one of them shows it from now on.
    const free = change(store, 'free', ({ sessionId }) => sessionId === silent.id);
    stops.kill('SIGSTOP');
    await free;
    const ends = (await store.log(silent.id)).filter((entry) => entry.kind === 'assistant');
    assert.deepEqual(
      ends.map(({ turnId, outcome }) => [turnId, outcome]),
      [[turnId, 'interrupted']],
    );
    assert.ok(plainText(ends[0]?.content ?? []).startsWith('xxx'), 'with what had arrived');
    assert.deepEqual(
      (await store.log(beating.id)).map(({ kind }) => kind),
      ['user'],
      'the one that beats is older than the one that was ended',
    );
    assert.equal((await store.liveTurn(beating.id))?.own, false);
    assert.equal((await store.promote(silent.id))?.turnId, mine.turnId);
    stops.kill('SIGCONT');
    await stops.line((line) => line === `lost ${turnId}`);
    assert.equal((await store.log(silent.id)).filter(({ kind }) => kind === 'assistant').length, 1);
  });

  it('end the turn of one that was killed, once, with what had arrived, and go on with the queue', async () => {
    const second = scratch.open();
    await second.list();
    const { id } = await store.create({ door: 'panel' });
    // A window that never saw the turn live has nothing to be told of its end.
    const seen = [change(store, 'turn_live'), change(second, 'turn_live')];
    const holder = other(id, 'holder', 'live');
    const [, turnId = ''] = (await holder.line((line) => line.endsWith(' xxx'))).split(' ');
    await Promise.all(seen);
    const mine = user('mine waits');
    await store.submitTurn(mine, id, by);
    const frees = [change(store, 'free'), change(second, 'free')];
    holder.kill();
    await Promise.all(frees);
    const entries = await store.log(id);
    assert.deepEqual(
      entries.map(({ kind }) => kind),
      ['user', 'assistant'],
    );
    const end = entries[1];
    assert.ok(end?.kind === 'assistant' && end.turnId === turnId && end.error?.code === 'interrupted');
    assert.equal(plainText(end.content), 'xxx');
    assert.equal(end.parentId, entries[0]?.id);
    assert.equal((await store.promote(id))?.id, mine.id);
  });

  it('keep a waiting turn of one that was killed until the live one has ended', async () => {
    const { id } = await store.create({ door: 'panel' });
    const turn = user('mine is live');
    await store.submitTurn(turn, id, by);
    const waiting = other(id, 'waiting', 'live');
    await waiting.line((line) => line.startsWith('lost'));
    await waiting.ended;
    // What another window writes is told in the look that also finds lost turns.
    const looked = change(store, 'appended', ({ own }) => !own);
    await filled(scratch.open(), 'elsewhere');
    await looked;
    assert.equal((await store.queue(id)).length, 1);
    await store.appendInTurn(turn.turnId, [title('in between')]);
    assert.deepEqual(
      (await store.log(id)).map(({ kind }) => kind),
      ['user', 'title'],
    );
    const closed = change(
      store,
      'appended',
      ({ entries }) => entries[0]?.kind === 'assistant' && entries[0].outcome === 'interrupted',
    );
    await store.finishTurn(turn.turnId, answer('done', turn.turnId));
    await closed;
    assert.deepEqual(
      (await store.path(id)).map(({ kind }) => kind),
      ['user', 'title', 'assistant', 'user', 'assistant'],
    );
  });

  it('search what the other wrote', async () => {
    const second = scratch.open();
    await filled(store, 'a harbour');
    assert.equal((await second.search('harbour')).length, 1);
  });
});
