import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { SqliteStore } from '../../../../src/store/sqlite/sqliteStore.ts';
import { answer, change, filled, Scratch, textsOf, user } from './samples.ts';

/** A start with repair takes a fraction of this, in ms. */
const startBoundMs = 2_000;
const flipsPerRegion = 12;

const openHere = (file: string, key?: Uint8Array) =>
  SqliteStore.open({ file, workspaceId: 'w', key, emit: () => undefined });

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
};

describe('A damaged session database', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.end());

  /** A database as a working day leaves it: several sessions, the log not written back, a backup of half of it. */
  async function makeGood(): Promise<Map<string, Entry[]>> {
    const store = scratch.open();
    const ids: string[] = [];
    for (let at = 0; at < 6; at++) ids.push(await filled(store, ...words(at, 12)));
    await store.backup();
    for (const [at, id] of ids.entries()) {
      const turnId = crypto.randomUUID();
      for (const text of words(at + 50, 8)) await store.append(id, [user(text)]);
      await store.append(id, [user('Why?', turnId), answer('Because.', turnId)]);
    }
    await store.setDraft(ids[0] ?? '', { text: 'a draft', attachments: [] });
    await store.submitTurn(user('a live one'), ids[1] ?? '', { provider: 'p', model: 'm' });
    await store.search('nothing');
    const logs = new Map<string, Entry[]>();
    for (const id of ids) logs.set(id, await store.log(id));
    for (const name of readdirSync(scratch.folder)) {
      if (name.startsWith('sessions.db'))
        cpSync(join(scratch.folder, name), join(scratch.folder, 'copy', name));
    }
    cpSync(join(scratch.folder, 'backups'), join(scratch.folder, 'copy', 'backups'), { recursive: true });
    await store.close();
    return logs;
  }
  const words = (seed: number, count: number): string[] =>
    Array.from(
      { length: count },
      (_, at) => `Text ${seed}.${at} ${'lorem ipsum '.repeat(((seed * 7 + at * 13) % 90) + 1)}`,
    );

  /** Opens the damaged copy and holds that nothing wrong is shown, and nothing missing without a word. */
  async function check(folder: string, good: Map<string, Entry[]>, what: string): Promise<{ lost: number }> {
    const file = join(folder, 'sessions.db');
    const started = performance.now();
    const store = await openHere(file);
    const ms = performance.now() - started;
    assert.ok(ms < startBoundMs, `${what}: started in ${ms} ms`);
    let lost = 0;
    try {
      const listed = new Set(store.list({ limit: 1_000 }).map(({ id }) => id));
      for (const [id, entries] of good) {
        const found = listed.has(id) ? store.log(id) : [];
        const byId = new Map(found.map((entry) => [entry.id, entry]));
        for (const entry of entries) {
          const kept = byId.get(entry.id);
          if (kept)
            assert.deepEqual({ ...kept, seq: 0, parentId: null }, { ...entry, seq: 0, parentId: null }, what);
          else lost++;
        }
        const order = found
          .map((entry) => entries.findIndex(({ id: known }) => known === entry.id))
          .filter((at) => at >= 0);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          `${what}: in order`,
        );
        if (listed.has(id)) store.path(id);
      }
      const codes = store.status().notices.map(({ code }) => code);
      const told = codes.some((code) => ['store_salvaged', 'row_damaged', 'store_read_only'].includes(code));
      assert.ok(lost === 0 || told, `${what}: ${lost} entries are missing and nobody was told`);
      if (codes.includes('store_salvaged')) {
        const notice = store.status().notices.find(({ code }) => code === 'store_salvaged');
        const kept = readdirSync(folder).find(
          (name) => name.includes('.damaged-') && !/-(wal|shm)$/.test(name),
        );
        assert.ok(kept && notice?.message.includes(kept), `${what}: the damaged file is kept and named`);
      }
      const { id } = store.create({ door: 'cli' });
      store.append(id, [user('works again')]);
      return { lost };
    } finally {
      await store.close();
    }
  }

  it('is repaired wherever a byte is flipped or it ends too early (threat 24)', async function () {
    this.timeout(300_000);
    const good = await makeGood();
    const source = join(scratch.folder, 'copy');
    const total = [...good.values()].flat().length;
    let worst = 0;
    let cases = 0;
    for (const name of ['sessions.db', 'sessions.db-wal', 'sessions.db-shm']) {
      const { size } = statSync(join(source, name));
      // The header of the file byte by byte, and then places all over it.
      const header = name === 'sessions.db-shm' ? [] : Array.from({ length: 100 }, (_, at) => at);
      const spread = Array.from({ length: flipsPerRegion * 8 }, (_, at) =>
        Math.floor(((at + 0.37) / (flipsPerRegion * 8)) * size),
      );
      const flips = [...header, ...spread].map((at) => ({
        what: `${name} flipped at ${at}`,
        apply: (file: string) => flip(file, at),
      }));
      const cuts = [0, 1, 50, 100, 4_096, ...spread.filter((_, at) => at % 6 === 0)].map((at) => ({
        what: `${name} cut at ${at}`,
        apply: (file: string) => truncateSync(file, at),
      }));
      for (const { what, apply } of [...flips, ...cuts]) {
        const folder = join(scratch.folder, `case-${cases++}`);
        cpSync(source, folder, { recursive: true });
        apply(join(folder, name));
        const { lost } = await check(folder, good, what).catch((cause: unknown) => {
          throw new Error(what, { cause });
        });
        worst = Math.max(worst, lost);
        rmSync(folder, { recursive: true });
      }
    }
    process.stdout.write(`      ${cases} damages; at worst ${worst} of ${total} entries lost, and said\n`);
  });

  it('keeps a conversation in one piece around a lost entry, and can be exported and imported', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one', 'two', 'three', 'four');
    await store.close();
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec(`UPDATE entry SET payload = x'00' WHERE seq = 2; UPDATE session SET entry_count = 99`);
    db.close();
    const repaired = scratch.open();
    assert.deepEqual(await textsOf(repaired, id), ['one', 'three', 'four']);
    const path = await repaired.path(id);
    assert.deepEqual(
      path.map(({ seq }) => seq),
      [1, 2, 3],
    );
    assert.equal((await repaired.get(id))?.entryCount, 3);
    await repaired.append(id, [user('five')]);
    const copy = await repaired.importSession(await repaired.exportSession(id));
    assert.deepEqual(await textsOf(repaired, copy.id), ['one', 'three', 'four', 'five']);
    assert.equal((await repaired.status()).notices[0]?.code, 'store_salvaged');
    assert.deepEqual((await scratch.open().status()).notices, [], 'the next start has nothing to repair');
  });

  it('counts anew what the answers took that are still there', async () => {
    const store = scratch.open();
    const usage = { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 3, cacheReadTokens: 2 };
    const { id } = await store.create({ door: 'panel' });
    for (const costUsd of [0.5, 0.25]) {
      const turnId = crypto.randomUUID();
      await store.append(id, [user('x', turnId), { ...answer('y', turnId), usage, costUsd }]);
    }
    await store.close();
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec('DELETE FROM entry WHERE seq = 2');
    db.close();
    assert.deepEqual((await scratch.open().get(id))?.spent, { tokens: 20, costUsd: 0.25, costKnown: true });
  });

  it('leaves out one entry that was damaged while it was open, says so once, and goes on', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one', 'two', 'three');
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec(`UPDATE entry SET payload = x'7b7d' WHERE seq = 2`);
    db.close();
    const told = change(store, 'notice');
    assert.deepEqual(await textsOf(store, id), ['one', 'three']);
    assert.equal((await told).notice.code, 'row_damaged');
    assert.equal((await store.path(id)).length, 2);
    assert.equal((await store.status()).notices.length, 1);
    await store.append(id, [user('four')]);
  });

  /** Damages the payload of the second entry, as a failing disk does. */
  function rot(): void {
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec(`UPDATE entry SET payload = x'7b7d' WHERE seq = 2`);
    db.close();
  }

  it('has a damaged entry put back from a backup, as it was written', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one', 'two', 'three');
    const before = await store.log(id);
    await store.backup();
    await store.append(id, [user('four')]);
    rot();
    assert.deepEqual((await store.log(id)).slice(0, 3), before);
    assert.deepEqual(await textsOf(scratch.open(), id), ['one', 'two', 'three', 'four']);
    assert.deepEqual((await store.status()).notices, []);
    rmSync(join(scratch.folder, 'backups'), { recursive: true });
    assert.deepEqual(await textsOf(scratch.open(), id), ['one', 'two', 'three', 'four']);
  });

  it('does not lose the last good copy of an entry to newer backups', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one', 'two', 'three');
    await store.backup();
    rot();
    await store.setEncryption(new Uint8Array(32).fill(3));
    rot();
    for (let at = 0; at < 4; at++) await store.backup();
    assert.deepEqual(await textsOf(store, id), ['one', 'two', 'three']);
  });

  it('says in time that an entry is in no backup', async () => {
    const store = scratch.open();
    await filled(store, 'one', 'two', 'three');
    rot();
    const told = change(store, 'notice');
    await store.backup();
    assert.equal((await told).notice.code, 'row_damaged');
  });

  it('that another window repairs is left by the first, which loses nothing', async () => {
    const first = scratch.open();
    const id = await filled(first, 'one', 'two');
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec('UPDATE session SET entry_count = 7');
    db.close();
    const second = scratch.open();
    assert.equal((await second.status()).notices[0]?.code, 'store_salvaged');
    await first.append(id, [user('three')]);
    await second.append(id, [user('four')]);
    assert.deepEqual(await textsOf(second, id), ['one', 'two', 'three', 'four']);
    assert.deepEqual(await textsOf(first, id), ['one', 'two', 'three', 'four']);
  });

  it('that is encrypted is not touched while its key is missing', async () => {
    const key = new Uint8Array(32).fill(3);
    const store = scratch.open();
    const id = await filled(store, 'one', 'two');
    await store.setEncryption(key);
    await store.close();
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec('UPDATE session SET entry_count = 7');
    db.close();
    await assert.rejects(scratch.open().list(), { code: 'store_locked' });
    const opened = scratch.open(key);
    assert.deepEqual(await textsOf(opened, id), ['one', 'two']);
    assert.equal((await opened.status()).encrypted, true);
  });

  it('has its search index made anew', async () => {
    const store = scratch.open();
    const id = await filled(store, 'a lighthouse');
    await store.search('x');
    await store.close();
    const db = new DatabaseSync(scratch.file, { defensive: false, timeout: 10_000 });
    db.exec(`UPDATE transcript_data SET block = x'0102030405' WHERE id > 1`);
    db.close();
    const [hit] = await scratch.open().search('lighthouse');
    assert.equal(hit?.sessionId, id);
  });

  it('that is gone altogether is made anew from the backups, and said', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one');
    await store.backup();
    await store.append(id, [user('after the backup')]);
    await store.close();
    for (const end of ['', '-wal', '-shm']) rmSync(scratch.file + end, { force: true });
    const [first, second] = [scratch.open(), scratch.open()];
    assert.deepEqual(await Promise.all([textsOf(first, id), textsOf(second, id)]), [['one'], ['one']]);
    const notices = [...(await first.status()).notices, ...(await second.status()).notices];
    assert.deepEqual(
      notices.map(({ code, message }) => [code, /was gone. 1 entries were recovered/.test(message)]),
      [['store_salvaged', true]],
    );
    assert.equal(
      readdirSync(scratch.folder).some((name) => name.includes('.damaged-')),
      false,
    );
    assert.equal(statSync(scratch.file).mode & 0o777, 0o600);
  });

  it('that is gone but for its name is filled from the backups', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one');
    const path = await store.backup();
    assert.ok(existsSync(path) && basename(path).endsWith('.backup'));
    await store.close();
    writeFileSync(scratch.file, 'This is not a database.');
    assert.deepEqual(await textsOf(scratch.open(), id), ['one']);
  });
});
