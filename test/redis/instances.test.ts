import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../../src/core/ports.ts';
import type { SessionStore, StoreChange } from '../../src/core/session/store.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { UserEntryDraft } from '../../src/protocol/entries.ts';
import { redisAddress } from '../../src/store/redis/address.ts';
import { type ChangeSource, Changes } from '../../src/store/redis/changes.ts';
import { RedisConnection } from '../../src/store/redis/connection.ts';
import { workspaceKeys } from '../../src/store/redis/keys.ts';
import { TestRedis } from '../support/redis.ts';
import { until } from '../support/vscode/until.ts';
import { answer, by, change, filled, textsOf, title, user } from '../unit/store/sqlite/samples.ts';
import { RedisBackend } from './backend.ts';

const text = (words: string) => [{ type: 'text' as const, text: words }];

describe('Two instances on one Redis', () => {
  let redis: TestRedis;
  let backend: RedisBackend;
  let raw: RedisConnection;
  let one: SessionStore;
  let other: SessionStore;
  before(async () => {
    redis = await TestRedis.start();
    raw = new RedisConnection(redisAddress(redis.url));
  });
  after(async () => {
    await raw.close();
    await redis.end();
  });
  beforeEach(async () => {
    backend = await RedisBackend.on(redis);
    one = await backend.open();
    other = await backend.open();
  });
  afterEach(() => backend.end());

  /** Short words for all that a store tells, in order. */
  function heardBy(store: SessionStore): string[] {
    const heard: string[] = [];
    store.onDidChange((seen) => heard.push(wordsOf(seen)));
    return heard;
  }

  it('hear of a turn as it happens, each as its own or another’s, before the call that did it returns', async () => {
    const known = change(other, 'session');
    const { id } = await one.create({ door: 'bridge' });
    await known;
    const heard = { one: heardBy(one), other: heardBy(other) };
    const turn = user('ask');
    await one.submitTurn(turn, id, by);
    assert.deepEqual(heard.one, ['appended user own', 'session own', 'turn_live own']);
    const progress = change(other, 'progress');
    await one.checkpoint(turn.turnId, text('half'));
    await progress;
    const free = change(other, 'free');
    await one.finishTurn(turn.turnId, answer('whole', turn.turnId));
    assert.deepEqual(heard.one.slice(3), ['appended assistant own', 'session own', 'free']);
    await free;
    assert.deepEqual(heard.other, [
      'appended user',
      'session',
      'turn_live',
      'progress half',
      'appended assistant',
      'session',
      'free',
    ]);
  });

  it('queue behind each other, and the one that waits begins when the other is done', async () => {
    const { id } = await one.create({ door: 'bridge' });
    const [first, second] = [user('first'), user('second')];
    await one.submitTurn(first, id, by);
    assert.equal((await other.submitTurn(second, id, by)).state, 'queued');
    assert.deepEqual(
      (await one.queue(id)).map((turn) => turn.text),
      ['second'],
    );
    await assert.rejects(other.finishTurn(first.turnId, answer('not mine', first.turnId)), {
      code: 'lease_lost',
    });
    const free = change(other, 'free');
    await one.finishTurn(first.turnId, answer('done', first.turnId));
    await free;
    assert.equal(await one.promote(id), undefined);
    assert.equal((await other.promote(id))?.turnId, second.turnId);
    await assert.rejects(one.submitTurn(first, id, by), { code: 'turn_taken' });
  });

  it('append to one session at once without losing, doubling or reordering anything', async () => {
    const id = await filled(one);
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    await Promise.all(
      [one, other].flatMap((store, which) =>
        numbers.map((at) => store.append(id, [user(`${which} ${at}`), user(`${which} ${at} again`)])),
      ),
    );
    const texts = await textsOf(one, id);
    assert.equal(texts.length, 160);
    for (const which of [0, 1])
      assert.deepEqual(
        texts.filter((said) => said.startsWith(`${which} `)),
        numbers.flatMap((at) => [`${which} ${at}`, `${which} ${at} again`]),
      );
    assert.equal((await other.path(id)).length, 160, 'one branch');
  });

  it('end the turn of one that is gone, once, with what had arrived; and what it had waiting', async () => {
    const { id } = await one.create({ door: 'bridge' });
    const [live, waiting] = [user('ask'), user('and then')];
    await one.submitTurn(live, id, by);
    await one.submitTurn(waiting, id, by);
    const { outcome: _, ...part } = answer('First part.', live.turnId);
    await one.appendInTurn(live.turnId, [part]);
    await one.checkpoint(live.turnId, text('half'));
    const third = await backend.open();
    const ended = change(
      other,
      'appended',
      ({ entries }) => entries[0]?.kind === 'assistant' && entries[0].turnId === waiting.turnId,
    );
    await one.close();
    await ended;
    const log = await third.log(id);
    assert.deepEqual(
      log.map((entry) => ('content' in entry ? plainText(entry.content) : entry.kind)),
      ['ask', 'First part.', 'half', 'and then', ''],
    );
    const ends = log.filter((entry) => entry.kind === 'assistant' && entry.outcome !== undefined);
    assert.deepEqual(
      ends.map((entry) => entry.kind === 'assistant' && entry.outcome),
      ['interrupted', 'interrupted'],
    );
    assert.equal((await third.path(id)).length, 5);
    assert.equal((await third.turn(id, live.turnId))?.state, 'ended');
  }).timeout(60_000);

  it('end the turn of one that is gone though others wrote behind it, and though 100 others cannot be ended', async () => {
    const keys = workspaceKeys('w');
    const { id } = await one.create({ door: 'bridge' });
    const broken = await filled(one);
    await raw.command('HSET', keys.session(broken), 'details', 'none');
    for (let at = 0; at < 100; at++) {
      await raw.command('HSET', keys.turn(`t${at}`), 'sessionId', broken);
      await raw.command('ZADD', keys.leases, '1', `t${at}`);
    }
    const turn = user('ask');
    await one.submitTurn(turn, id, by);
    const { outcome: _, ...part } = answer('First part.', turn.turnId);
    await one.appendInTurn(turn.turnId, [part]);
    await other.append(id, [title('Named meanwhile')]);
    const ended = change(
      other,
      'appended',
      ({ entries: [entry] }) => entry?.kind === 'assistant' && entry.outcome === 'interrupted',
    );
    await one.close();
    const [end] = (await ended).entries;
    assert.equal(end?.parentId, part.id);
    assert.equal((await other.turn(id, turn.turnId))?.state, 'ended');
    const lines = backend.logged.filter((line) => line.includes('could not be ended'));
    assert.ok(lines.length > 0);
    // Both instances look every second; each says it once.
    for (const line of lines) assert.ok(lines.filter((same) => same === line).length <= 2, line);
  }).timeout(60_000);

  it('tell what they missed, where changes were dropped before they were read', async () => {
    const id = await filled(one, 'before');
    const known = change(other, 'appended', ({ entries: [entry] }) => entry?.seq === 2);
    const gone = await filled(one, 'to be purged', 'too');
    await known;
    const heard = heardBy(other);
    const caughtUp = change(other, 'purged');
    await raw.command('ACL', 'SETUSER', 'default', '-xread');
    await one.append(id, [user('missed'), user('missed too')]);
    await one.purge(gone);
    await raw.command('XTRIM', workspaceKeys('w').changes, 'MAXLEN', '0');
    await raw.command('ACL', 'SETUSER', 'default', '+xread');
    await caughtUp;
    assert.deepEqual(
      heard.filter((words) => words.startsWith('appended')),
      ['appended user', 'appended user'],
    );
    const next = change(other, 'appended');
    await one.append(id, [user('after')]);
    assert.equal((await next).entries[0]?.seq, 4);
  }).timeout(60_000);

  it('tell all that they can read of what a newer version did, and go on', async () => {
    const keys = workspaceKeys('w');
    const id = await filled(one, 'before');
    const known = change(other, 'appended', ({ entries: [entry] }) => entry?.seq === 2);
    await one.append(id, [user('known')]);
    await known;
    const heard = heardBy(other);
    const newer = { kind: 'hologram', id: crypto.randomUUID(), seq: 3 };
    await raw.command('XADD', keys.log(id), '3-0', 'kind', newer.kind, 'entry', JSON.stringify(newer));
    await raw.command('HSET', keys.session(id), 'seq', '3');
    const record = { id: 'a', by: 'newer', sessionId: id, appended: [3, 3], session: true, free: true };
    for (const told of [record, { what: 'another record' }]) {
      const number = await raw.command('INCR', keys.lastChange);
      await raw.command('XADD', keys.changes, `${String(number)}-0`, 'change', JSON.stringify(told));
    }
    const next = change(other, 'appended');
    await filled(one, 'after');
    await next;
    assert.deepEqual(heard.slice(0, 2), ['session', 'free']);
    assert.ok(backend.logged.some((line) => line.includes('another version')));
  });

  it('notice that Redis came back with other changes than it had told, though there are more of them', async () => {
    const keys = workspaceKeys('w');
    const lost = await filled(one, 'lost');
    const known = change(other, 'session', ({ session }) => session.trashedAt !== undefined);
    await one.trash(lost);
    await known;
    await raw.command('ACL', 'SETUSER', 'default', '-xread');
    // As after a failover: the last changes have the same numbers and are others, and others follow.
    await raw.command('DEL', keys.session(lost));
    await raw.command('ZREM', keys.trash, lost);
    const last = Number(await raw.command('GET', keys.lastChange));
    await raw.command('DEL', keys.changes);
    for (const number of [last - 1, last, last + 1, last + 2]) {
      const told = { id: `new ${number}`, by: 'new', sessionId: lost };
      await raw.command('XADD', keys.changes, `${number}-0`, 'change', JSON.stringify(told));
    }
    await raw.command('SET', keys.lastChange, String(last + 2));
    const purged = change(other, 'purged');
    await raw.command('ACL', 'SETUSER', 'default', '+xread');
    assert.equal((await purged).sessionId, lost);
  }).timeout(60_000);

  it('tell nothing twice that is done while they read what they missed', async () => {
    const keys = workspaceKeys('w');
    const id = await filled(one);
    const heard: string[] = [];
    const { promise: isTold, resolve: tell } = Promise.withResolvers<void>();
    let meanwhile = async (): Promise<unknown> => undefined;
    const source: ChangeSource = {
      range: async (sessionId, from, to) =>
        (await one.log(sessionId, { afterSeq: from - 1 })).slice(0, to - from + 1),
      summary: (sessionId) => one.get(sessionId),
      queue: (sessionId) => one.queue(sessionId),
      live: (sessionId) => one.liveTurn(sessionId),
      sessions: async () => {
        await meanwhile();
        return one.list();
      },
    };
    const log: Log = { info() {}, warn() {}, error() {} };
    const emit = (seen: StoreChange) => {
      if (seen.type !== 'appended') return;
      for (const entry of seen.entries) if ('content' in entry) heard.push(plainText(entry.content));
      if (heard.at(-1) === 'last') tell();
    };
    const changes = new Changes(raw, keys, 'holder', source, emit, log);
    await changes.begin();
    await raw.command('ACL', 'SETUSER', 'default', '-xread');
    await one.append(id, [user('missed')]);
    await raw.command('XTRIM', keys.changes, 'MAXLEN', '0');
    meanwhile = async () => {
      meanwhile = async () => undefined;
      await one.append(id, [user('meanwhile'), user('meanwhile too')]);
      await one.append(id, [user('last')]);
    };
    await raw.command('ACL', 'SETUSER', 'default', '+xread');
    await isTold;
    await one.append(id, [user('after')]);
    await one.append(id, [user('last')]);
    await until('the last to be told', () => heard.at(-2) === 'after');
    await changes.close();
    assert.deepEqual(heard, ['missed', 'meanwhile', 'meanwhile too', 'last', 'after', 'last']);
  }).timeout(60_000);

  it('are told the queue as it was then, when they hear of it late, so that no turn looks taken back', async () => {
    const { id } = await one.create({ door: 'bridge' });
    const [first, second] = [user('first'), user('second')];
    const begun = change(other, 'turn_live');
    await one.submitTurn(first, id, by);
    await begun;
    const heard = heardBy(other);
    const last = change(other, 'queue', ({ queue }) => queue.length === 0);
    await raw.command('ACL', 'SETUSER', 'default', '-xread');
    await one.submitTurn(second, id, by);
    await one.finishTurn(first.turnId, answer('done', first.turnId));
    await one.promote(id);
    await raw.command('ACL', 'SETUSER', 'default', '+xread');
    await last;
    assert.deepEqual(
      heard.filter((words) => /queue|live/.test(words)),
      ['queue second', 'turn_live', 'queue'],
    );
  }).timeout(60_000);

  it('read no inputs but those they need, and logs of any size', async () => {
    const data = 'A'.repeat(2_000_000);
    const large = (words: string): UserEntryDraft => ({
      ...user(words),
      content: [...text(words), { type: 'image', source: { type: 'base64', media_type: 'image/png', data } }],
    });
    const id = await filled(one);
    const known = change(other, 'queue', ({ queue }) => queue.length === 3);
    const live = large('a');
    const waiting = ['b', 'c', 'd'].map(large);
    await one.submitTurn(live, id, by);
    for (const turn of waiting) await one.submitTurn(turn, id, by);
    assert.equal(await one.checkpoint(live.turnId, text('half')), true);
    await known;
    const sent = async () =>
      Number(/total_net_output_bytes:(\d+)/.exec(String(await raw.command('INFO', 'stats')))?.[1]);
    const before = await sent();
    assert.deepEqual((await other.liveTurn(id))?.content, text('half'));
    assert.deepEqual(
      (await other.queue(id)).map((turn) => [turn.position, turn.text]),
      [
        [1, 'b'],
        [2, 'c'],
        [3, 'd'],
      ],
    );
    assert.equal(await one.promote(id), undefined);
    assert.ok((await sent()) - before < data.length);
    // As an older version has queued it.
    await raw.command('HDEL', workspaceKeys('w').turn(waiting[0]?.turnId ?? ''), 'shown');
    assert.deepEqual(
      (await other.queue(id)).map((turn) => turn.text),
      ['b', 'c', 'd'],
    );
    await one.append(id, ['e', 'f', 'g'].map(large));
    assert.deepEqual(await textsOf(other, id), ['a', 'e', 'f', 'g']);
    const ids = (await other.path(id)).map((entry) => entry.id);
    assert.equal((await other.entries(id, ids)).length, 4);
    assert.equal((await other.search('e')).length, 1);
    assert.equal((await other.search('a')).length, 1);
  }).timeout(60_000);

  it('leave no byte of a purged session in Redis’ files', async () => {
    const id = await filled(one, 'zyzzyva');
    await one.setDraft(id, { text: 'wombatdraft', attachments: [] });
    const turn = user('xylophone question');
    await one.submitTurn(turn, id, by);
    await one.checkpoint(turn.turnId, text('marzipan'));
    await one.submitTurn(user('quarkonium'), id, by);
    const canaries = ['zyzzyva', 'wombatdraft', 'xylophone', 'marzipan', 'quarkonium'];
    const files = () =>
      globSync('**/*', { cwd: redis.folder, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
        .join('');
    assert.deepEqual(
      canaries.filter((word) => !files().includes(word)),
      [],
    );
    await one.purge(id);
    assert.equal(await other.get(id), undefined);
    await assert.rejects(one.finishTurn(turn.turnId, answer('late', turn.turnId)), { code: 'lease_lost' });
    while (String(await raw.command('INFO', 'persistence')).includes('aof_rewrite_in_progress:1'));
    assert.deepEqual(
      canaries.filter((word) => files().includes(word)),
      [],
    );
    const keys = await raw.command('KEYS', '*');
    assert.deepEqual(Array.isArray(keys) && keys.filter((key) => String(key).includes(id)), []);
  });

  it('say what Redis may lose, and what is not done there', async () => {
    assert.deepEqual((await one.status()).notices, []);
    await raw.command('CONFIG', 'SET', 'appendfsync', 'everysec');
    const [notice] = (await (await backend.open()).status()).notices;
    await raw.command('CONFIG', 'SET', 'appendfsync', 'always');
    assert.equal(notice?.code, 'store_not_durable');
    assert.match(notice?.message ?? '', /appendfsync is everysec/);
    for (const refused of [
      one.setEncryption(new Uint8Array(32)),
      one.backup(),
      one.create({ door: 'bridge', private: true }),
    ])
      await assert.rejects(refused, { code: 'store_cannot' });
  });
});

function wordsOf(seen: StoreChange): string {
  const own = 'own' in seen && seen.own ? ' own' : '';
  switch (seen.type) {
    case 'appended':
      return `appended ${seen.entries.map(({ kind }) => kind).join(' ')}${own}`;
    case 'progress':
      return `progress ${plainText(seen.content)}`;
    case 'queue':
      return ['queue', ...seen.queue.map((turn) => turn.text)].join(' ');
    default:
      return `${seen.type}${own}`;
  }
}
