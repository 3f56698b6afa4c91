import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { mostDraftMediaBytes, type SessionStore } from '../../../../src/core/session/store.ts';
import type { Draft } from '../../../../src/protocol/session.ts';
import { migrations } from '../../../../src/store/sqlite/migrations/index.ts';
import { filled, Scratch, textsOf } from './samples.ts';

const canary = 'wobbegong';
const bytes = Buffer.from(`a picture of a ${canary}`);
const uri = 'causeway-pasted:1';
const naming = (...uris: string[]): Draft => ({
  text: 'look',
  attachments: uris.map((one) => ({ kind: 'image', uri: one, path: 'image.png', text: '' })),
});

describe('What was pasted into a draft', function () {
  this.timeout(30_000);
  let scratch: Scratch;
  let store: SessionStore;
  let id: string;
  beforeEach(async () => {
    scratch = new Scratch();
    store = scratch.open();
    id = await filled(store, 'said');
  });
  afterEach(() => scratch.end());

  const keep = (name = uri, what: Uint8Array = bytes) => store.keepDraftMedia(id, name, what);
  const kept = async (name = uri) => {
    const found = await store.draftMedia(id, name);
    return found && Buffer.from(found).toString();
  };

  it('is there after a restart, until the draft names it no more', async () => {
    await keep();
    await store.setDraft(id, naming(uri));
    await store.setDraft(id, { ...naming(uri), text: 'look at this' });
    await store.close();
    store = scratch.open();
    assert.equal(await kept(), bytes.toString());
    await store.setDraft(id, undefined);
    assert.equal(await kept(), undefined);
  });

  it('is not dropped by a draft that was on its way when it was pasted', async () => {
    await store.setDraft(id, naming());
    await keep();
    await store.setDraft(id, { ...naming(), text: 'look at' });
    assert.equal(await kept(), bytes.toString());
    await store.setDraft(id, naming(uri, 'file:///w/a.png'));
    await store.setDraft(id, naming('file:///w/a.png'));
    assert.equal(await kept(), undefined);
  });

  it('goes after a while where no draft ever named it', async () => {
    await keep();
    await store.close();
    const db = new DatabaseSync(scratch.file);
    const { changes } = db.prepare('UPDATE draft_media SET at = at - 120000').run();
    db.close();
    assert.equal(changes, 1);
    store = scratch.open();
    await store.setDraft(id, naming());
    const left = new DatabaseSync(scratch.file, { readOnly: true });
    assert.equal(left.prepare('SELECT count(*) AS n FROM draft_media').get()?.n, 0);
    left.close();
  });

  it('is held to so many bytes for a session, of which the newest stay', async () => {
    // In memory, which is faster.
    id = (await store.create({ door: 'panel', private: true })).id;
    const half = new Uint8Array(mostDraftMediaBytes / 2);
    for (const name of ['a', 'b', 'c']) {
      await keep(name, half);
      // The time is told in milliseconds.
      await store.setDraft(id, naming('a', 'b', 'c'));
    }
    assert.deepEqual(
      await Promise.all(['a', 'b', 'c'].map(async (name) => (await store.draftMedia(id, name))?.length)),
      [undefined, half.length, half.length],
    );
  });

  it('is refused for a session that is not there', async () => {
    await assert.rejects(store.keepDraftMedia(crypto.randomUUID(), uri, bytes), { code: 'not_found' });
  });

  it('stands in no byte on disk where the session is private', async () => {
    id = (await store.create({ door: 'panel', private: true })).id;
    await keep();
    await store.setDraft(id, naming(uri));
    assert.equal(await kept(), bytes.toString());
    assert.deepEqual(scratch.filesWith(canary), []);
  });

  it('is encrypted with the rest, and read again', async () => {
    await keep();
    await store.setDraft(id, naming(uri));
    assert.notDeepEqual(scratch.filesWith(canary), []);
    const key = randomBytes(32);
    await store.setEncryption(key);
    assert.deepEqual(scratch.filesWith(canary), []);
    assert.equal(await kept(), bytes.toString());
    await store.close();
    store = scratch.open(key);
    assert.equal(await kept(), bytes.toString());
    await store.setEncryption(undefined);
    assert.equal(await kept(), bytes.toString());
  });

  it('is in no byte of the data folder once its session is purged (threat 30)', async () => {
    await keep();
    await store.setDraft(id, naming(uri));
    const path = await store.backup();
    assert.ok(scratch.filesWith(canary).includes(path));
    // A copy may have lost the session's row, with which the rest would go.
    const copy = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    copy.prepare('DELETE FROM session WHERE id = ?').run(id);
    copy.close();
    await store.purge(id);
    assert.deepEqual(scratch.filesWith(canary), []);
  });

  it('can be kept in a database that a version made which knew nothing of it', async () => {
    const file = `${scratch.file}.older`;
    const made = scratch.open(undefined, file);
    const older = await filled(made, 'said before');
    await made.close();
    const db = new DatabaseSync(file);
    const version = migrations.length - 1;
    db.exec(`DROP TABLE draft_media; PRAGMA user_version = ${version}`);
    db.prepare(`UPDATE meta SET value = ? WHERE key = 'version'`).run(version);
    db.close();
    store = scratch.open(undefined, file);
    assert.deepEqual([(await store.status()).notices, await textsOf(store, older)], [[], ['said before']]);
    await store.keepDraftMedia(older, uri, bytes);
    assert.equal((await store.draftMedia(older, uri))?.length, bytes.length);
  });
});
