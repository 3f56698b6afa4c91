import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { LinkedSessionStore } from '../../../../src/store/openSessionStore.ts';
import { PayloadCodec } from '../../../../src/store/sqlite/codec.ts';
import { openRecall } from '../../../../src/workers/openRecall.ts';
import { workerUrl } from '../../../support/core.ts';
import { answer, change, filled, Scratch, textsOf, title, user } from './samples.ts';

/** Words that stand nowhere else; the index keeps them one by one, in lower case. */
const canary = 'Zyzzyva quokka wobbegong';
const canaries = canary.split(' ');

/** Has recall keep what it makes of the canary, as it is told of what was appended. */
async function recalled(scratch: Scratch, store: LinkedSessionStore, id: string): Promise<void> {
  const log = { info: assert.fail, warn: assert.fail, error: assert.fail };
  const recall = openRecall({ workerUrl: workerUrl('recall'), stores: [store], isWanted: () => true, log });
  try {
    await store.append(
      id,
      Array.from({ length: 40 }, () => user(canary)),
    );
    const question = {
      sessionId: id,
      text: 'quokka',
      limit: 1,
      scope: 'session',
      except: new Set<string>(),
    } as const;
    assert.equal((await recall.search({ ...question, leafId: undefined, now: Date.now() })).length, 1);
    while (runCount(scratch.file) === 0) await setImmediate();
  } finally {
    await recall.close();
  }
}

function runCount(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    return Number(db.prepare('SELECT count(*) AS n FROM recall_run').get()?.n);
  } finally {
    db.close();
  }
}

/** Whether the canary is in a file only because recall keeps its words. */
function wordsOfRuns(file: string): string {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
  try {
    const rows = db.prepare('SELECT payload FROM recall_run').all();
    return rows
      .map(({ payload }) => (payload instanceof Uint8Array ? Buffer.from(payload).toString() : ''))
      .join();
  } finally {
    db.close();
  }
}

describe('A purged session', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let scratch: Scratch;
  let store: LinkedSessionStore;
  beforeEach(() => {
    scratch = new Scratch();
    store = scratch.open();
  });
  afterEach(() => scratch.end());

  async function makeCanary(): Promise<string> {
    const id = await filled(store, canary, canary.repeat(400));
    const turnId = crypto.randomUUID();
    await store.append(id, [title(canary), answer(canary, turnId)]);
    await store.setDraft(id, { text: canary, attachments: [] });
    const turn = user(canary);
    await store.submitTurn(turn, id, { provider: 'p', model: 'm' });
    await store.checkpoint(turn.turnId, [{ type: 'text', text: canary }]);
    await store.submitTurn(user(canary), id, { provider: 'p', model: 'm' });
    return id;
  }

  it('is in no byte of the data folder: rows, index, log, drafts, turns, backups (threat 30)', async () => {
    const other = await filled(store, 'stays', 'here');
    const id = await makeCanary();
    assert.equal((await store.search(canary)).length, 5);
    await store.backup();
    await filled(store, 'more');
    await store.backup();
    assert.ok(scratch.filesWith(...canaries).length >= 3, 'before, it is in the database and its backups');
    await store.purge(id);
    assert.deepEqual(scratch.filesWith(...canaries), []);
    assert.deepEqual(await store.search('quokka'), []);
    assert.equal(await store.get(id), undefined);
    assert.deepEqual(await textsOf(store, other), ['stays', 'here']);
    assert.equal((await store.search('stays')).length, 1);
    await store.close();
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  it('is in nothing that recall keeps, here or in backups (threat 30)', async () => {
    const id = await makeCanary();
    await recalled(scratch, store, id);
    assert.ok(canaries.some((word) => wordsOfRuns(scratch.file).includes(word.toLowerCase())));
    const path = await store.backup();
    assert.notEqual(wordsOfRuns(path), '');
    // A copy may have lost the session's row, with which the rest would go.
    const copy = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    copy.prepare('DELETE FROM session WHERE id = ?').run(id);
    copy.close();
    await store.purge(id);
    assert.deepEqual([wordsOfRuns(scratch.file), wordsOfRuns(path)], ['', '']);
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  it('is gone while another window has the database open (threat 30)', async () => {
    const second = scratch.open();
    const id = await makeCanary();
    assert.equal((await second.search('quokka')).length, 5);
    await store.purge(id);
    assert.deepEqual(scratch.filesWith(...canaries), []);
    assert.deepEqual(await second.search('quokka'), []);
  });

  it('is in no copy from before a migration or a repair (threat 30)', async () => {
    const id = await makeCanary();
    const other = await filled(store, 'stays');
    await store.close();
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec('UPDATE session SET entry_count = 77');
    db.close();
    store = scratch.open();
    await store.list();
    cpSync(
      scratch.file,
      `${scratch.folder}/backups/sessions.db.2020-01-01T00-00-00-000Z.v1.before-migration`,
    );
    cpSync(scratch.file, `${scratch.folder}/backups/sessions.db.2020-01-01T00-00-00-000Z.backup.7.part`);
    assert.ok(scratch.filesWith(...canaries).some((path) => path.includes('.damaged-')));
    await store.purge(id);
    assert.deepEqual(scratch.filesWith(...canaries), []);
    assert.deepEqual(await textsOf(store, other), ['stays']);
  });

  it('is scrubbed at the next start when its window was killed meanwhile (threat 30)', async () => {
    const id = await makeCanary();
    await store.backup();
    await store.close();
    // What is left when the process dies after the deletion: the note, and all copies as they were.
    const db = new DatabaseSync(scratch.file, { enableForeignKeyConstraints: true, timeout: 10_000 });
    db.prepare('DELETE FROM session WHERE id = ?').run(id);
    db.exec(`INSERT INTO purged (session_id) VALUES ('${id}'); INSERT INTO meta VALUES ('scrub_due', 1)`);
    db.exec('DROP TABLE transcript');
    db.close();
    assert.ok(scratch.filesWith(...canaries).length > 0);
    await scratch.open().list();
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  /** The id of no process: one that has ended. */
  const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

  for (const [what, act] of [
    ['purged', (id: string) => store.purge(id)],
    ['opened again', async () => void (await scratch.open().list())],
  ] as const) {
    it(`is in nothing that a window killed at work has left, once it is ${what} (threat 30)`, async () => {
      const id = await makeCanary();
      if (what === 'opened again') {
        await store.purge(id);
        await store.close();
      }
      const pid = deadPid();
      const left = ['', '-wal', '-copy', '-copy-wal', '-model'].map((end) => `.repaired-${pid}${end}`);
      for (const end of ['.repaired', '.repaired-copy', ...left]) writeFileSync(scratch.file + end, canary);
      const part = `sessions.db.2020-01-01T00-00-00-000Z.backup.${pid}.part`;
      mkdirSync(join(scratch.folder, 'backups'), { recursive: true });
      writeFileSync(join(scratch.folder, 'backups', part), canary);
      await act(id);
      assert.deepEqual(scratch.filesWith(...canaries), []);
    });
  }

  it('is in no damaged database that was encrypted as a whole; one without it is kept (threat 30)', async () => {
    const key = new Uint8Array(32).fill(9);
    const codec = new PayloadCodec(key);
    const id = await makeCanary();
    const other = await filled(store, 'stays');
    await store.setEncryption(key);
    const kept = (name: string): string => `${scratch.file}.damaged-${name}.encrypted`;
    for (const [name, session] of [
      ['with', id],
      ['with-wal', id],
      ['without', other],
    ] as const)
      writeFileSync(kept(name), codec.seal(Buffer.from(`rows of ${session}: ${canary}`)));
    await store.purge(id);
    assert.deepEqual(
      ['with', 'with-wal', 'without'].map((name) => existsSync(kept(name))),
      [false, false, true],
    );
  });

  it('is told to other windows, which go on hearing of the others', async () => {
    const watcher = scratch.open();
    await watcher.list();
    const a = await filled(store, 'a');
    const b = await filled(store, 'b');
    const told = change(watcher, 'purged');
    await store.purge(b);
    assert.equal((await told).sessionId, b);
    const renamed = change(watcher, 'session', ({ session }) => session.title === 'renamed');
    await store.append(a, [title('renamed')]);
    assert.equal((await renamed).session.id, a);
  });
});

describe('Encryption at rest', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  const key = new Uint8Array(32).fill(9);
  let scratch: Scratch;
  let store: LinkedSessionStore;
  beforeEach(() => {
    scratch = new Scratch();
    store = scratch.open();
  });
  afterEach(() => scratch.end());

  async function makeCanary(): Promise<string> {
    const id = await filled(store, canary);
    await store.append(id, [title(canary)]);
    await store.setDraft(id, { text: canary, attachments: [] });
    const turn = user(canary);
    await store.submitTurn(turn, id, { provider: 'p', model: 'm' });
    await store.checkpoint(turn.turnId, [{ type: 'text', text: canary }]);
    await store.search('x');
    await store.backup();
    return id;
  }

  it('leaves no plain byte, of before or after, and everything works with the key', async () => {
    const id = await makeCanary();
    const before = await store.log(id);
    const live = await store.liveTurn(id);
    assert.ok(scratch.filesWith(...canaries).length > 0);
    await store.setEncryption(key);
    assert.deepEqual(scratch.filesWith(...canaries), []);
    await store.append(id, [user(canary)]);
    await store.setDraft(id, { text: canary, attachments: [] });
    assert.equal((await store.search('quokka wobbe')).length, 4);
    assert.deepEqual(await store.liveTurn(id), live);
    await store.backup();
    assert.deepEqual(scratch.filesWith(...canaries), []);
    await store.close();
    assert.deepEqual(scratch.filesWith(...canaries), []);
    const again = scratch.open(key);
    assert.equal((await again.status()).encrypted, true);
    assert.deepEqual((await again.log(id)).slice(0, before.length), before);
    assert.equal((await again.search('zyzzyva')).length, 4);
    assert.equal((await again.draft(id))?.text, canary);
  });

  it('leaves no plain word of what recall keeps', async () => {
    const id = await makeCanary();
    await recalled(scratch, store, id);
    const before = runCount(scratch.file);
    await store.setEncryption(key);
    assert.deepEqual(scratch.filesWith(...canaries), []);
    assert.equal(runCount(scratch.file), before, 'kept, under the key');
    await recalled(scratch, store, id);
    await store.backup();
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  it('keeps no plain copy that was set aside as damaged', async () => {
    await makeCanary();
    await store.close();
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec('UPDATE session SET entry_count = 77');
    db.close();
    store = scratch.open();
    await store.setEncryption(key);
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  it('stands when old copies cannot be removed, and removes them at the next start', async () => {
    const id = await makeCanary();
    // A folder is not removed as a copy is; the same comes of a full disk, and of a window that is killed.
    const stuck = join(scratch.folder, 'backups', 'sessions.db.2020-01-01T00-00-00-000Z.backup');
    mkdirSync(stuck);
    await assert.rejects(store.setEncryption(key), { code: 'store_unavailable' });
    assert.equal((await store.status()).encrypted, true);
    await store.append(id, [user('goes on')]);
    const made = await filled(store, canary);
    assert.equal(
      scratch.filesWith(...canaries).some((path) => path.startsWith(scratch.file)),
      false,
    );
    await store.close();
    rmdirSync(stuck);
    const again = scratch.open(key);
    assert.deepEqual(await textsOf(again, made), [canary]);
    assert.deepEqual(await textsOf(again, id), [canary, canary, 'goes on']);
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });

  for (const [what, other] of [
    ['missing', undefined],
    ['wrong', new Uint8Array(32).fill(8)],
  ] as const) {
    it(`is locked with words while the key is ${what}, and nothing is lost`, async () => {
      const id = await makeCanary();
      await store.setEncryption(key);
      await store.close();
      const bytes = readFileSync(scratch.file);
      const locked = scratch.open(other);
      const status = await locked.status();
      assert.deepEqual(
        [status.mode, status.encrypted, status.notices[0]?.code],
        ['locked', true, 'store_locked'],
      );
      for (const call of [
        () => locked.list(),
        () => locked.log(id),
        () => locked.search('quokka'),
        () => locked.append(id, [user('x')]),
        () => locked.create({ door: 'cli' }),
        () => locked.setEncryption(undefined),
      ])
        await assert.rejects(call, { code: 'store_locked' });
      const hidden = await locked.create({ door: 'cli', private: true });
      await locked.append(hidden.id, [user('private sessions still work')]);
      await locked.close();
      assert.deepEqual(readFileSync(scratch.file), bytes);
      assert.equal((await scratch.open(key).list()).length, 1);
    });
  }

  it('can be taken back', async () => {
    const id = await makeCanary();
    const before = await store.log(id);
    await store.setEncryption(key);
    await store.setEncryption(undefined);
    await store.close();
    const again = scratch.open();
    assert.deepEqual((await again.log(id)).slice(0, before.length), before);
    assert.equal((await again.status()).encrypted, false);
    assert.ok((await again.search('quokka')).length > 0);
  });

  it('locks other windows without the key, which write nothing in plain', async () => {
    const id = await makeCanary();
    const second = scratch.open();
    await second.list();
    await store.setEncryption(key);
    await assert.rejects(second.append(id, [user(canary)]), { code: 'store_locked' });
    await assert.rejects(second.create({ door: 'cli', title: canary }), { code: 'store_locked' });
    assert.equal((await second.status()).mode, 'locked');
    assert.deepEqual(scratch.filesWith(...canaries), []);
  });
});
