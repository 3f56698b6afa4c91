import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { program, Started } from '../../durability/processes.ts';
import { change, filled, Scratch, textsOf, user } from '../../unit/store/sqlite/samples.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The next version, made of this one: a migration more that adds a column and fills a table. */
function makeNewerBuild(folder: string): string {
  const build = join(folder, 'newer');
  cpSync(join(root, 'src'), join(build, 'src'), { recursive: true });
  mkdirSync(join(build, 'test'));
  cpSync(join(root, 'test', 'durability'), join(build, 'test', 'durability'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(build, 'node_modules'));
  const index = join(build, 'src', 'store', 'sqlite', 'migrations', 'index.ts');
  const added = `(db) => db.exec('ALTER TABLE entry ADD COLUMN note TEXT; CREATE TABLE extra AS SELECT id FROM entry')`;
  const text = readFileSync(index, 'utf8').replace(/(migrations: .* = \[.*)\];/, `$1, ${added}];`);
  assert.ok(text.includes('extra'), 'the migration was added');
  writeFileSync(index, text);
  return pathToFileURL(join(build, 'test', 'durability', 'x.ts')).href;
}

describe('A session database that versions share', function () {
  this.timeout(60_000);
  let scratch: Scratch;
  const started: Started[] = [];
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(async () => {
    for (const each of started) each.kill();
    await Promise.all(started.splice(0).map((each) => each.ended));
    await scratch.end();
  });

  const run = (writer: string, sessionId: string, name: string, count = ''): Started => {
    const args = [writer, scratch.file, sessionId, name, 'entries', ...(count === '' ? [] : [count])];
    const made = new Started(process.execPath, args);
    started.push(made);
    return made;
  };
  const backups = () =>
    readdirSync(join(scratch.folder, 'backups')).filter((name) => name.endsWith('.before-migration'));

  it('is migrated under load by a newer window: nothing is lost, the older one says why it stops (threat 29)', async () => {
    const store = scratch.open();
    const { id } = await store.create({ door: 'panel' });
    const older = await program('writer', scratch.folder);
    mkdirSync(join(scratch.folder, 'built'));
    const newer = await program('writer', join(scratch.folder, 'built'), makeNewerBuild(scratch.folder));
    const first = run(older, id, 'older');
    await first.line((line) => line === 'entry 20');
    const told = change(store, 'notice');
    // Two newer windows start at once; only one migrates.
    const [second, third] = [run(newer, id, 'newer', '50'), run(newer, id, 'newest', '50')];
    assert.deepEqual([await second.ended, await third.ended], [null, null]);
    await assert.rejects(
      first.line((line) => line === 'never'),
      /store_read_only|newer version of Causeway/,
    );
    assert.equal((await told).notice.code, 'store_read_only');

    const said = (each: Started) => each.lines.filter((line) => line.startsWith('entry')).length;
    const texts = (await textsOf(store, id)).map((text) => text.split(' ').slice(0, 2).join(' '));
    for (const [name, count] of [
      ['older', said(first)],
      ['newer', 50],
      ['newest', 50],
    ] as const) {
      const found = texts.filter((text) => text.startsWith(`${name} `));
      assert.deepEqual(
        found,
        Array.from({ length: count }, (_, at) => `${name} ${at + 1}`),
      );
    }
    const status = await store.status();
    assert.deepEqual([status.mode, status.notices.length], ['read_only', 1]);
    assert.equal((await store.get(id))?.entryCount, texts.length, 'still read');
    await assert.rejects(store.append(id, [user('x')]), { code: 'store_read_only' });

    const [name, ...more] = backups();
    assert.ok(name?.includes('.v4.') && more.length === 0, 'one backup from before the migration');
    const before = new DatabaseSync(join(scratch.folder, 'backups', name ?? ''), { readOnly: true });
    assert.equal(before.prepare('PRAGMA user_version').get()?.user_version, 3);
    const kept = Number(before.prepare('SELECT count(*) AS n FROM entry').get()?.n);
    before.close();
    assert.ok(kept >= 20);
  });

  it('is migrated from the first version with all that is in it, after a backup (threat 29)', async () => {
    const made = scratch.open();
    const id = await filled(made, 'one', 'two');
    await made.setDraft(id, { text: 'draft', attachments: [] });
    const before = await made.exportSession(id);
    await made.close();
    // What the later migrations made is all that parts the versions.
    const db = new DatabaseSync(scratch.file, { timeout: 10_000 });
    db.exec(
      'DROP TABLE draft_media; DROP TABLE recall_run; DROP INDEX entry_by_kind; PRAGMA user_version = 1',
    );
    db.exec(`UPDATE meta SET value = 1 WHERE key = 'version'`);
    db.close();

    const [store, other] = [scratch.open(), scratch.open()];
    const texts = await Promise.all([textsOf(store, id), textsOf(other, id)]);
    assert.deepEqual(texts, [
      ['one', 'two'],
      ['one', 'two'],
    ]);
    assert.equal(await store.exportSession(id), before);
    assert.equal((await store.draft(id))?.text, 'draft');
    assert.deepEqual((await store.status()).notices, []);
    assert.equal((await store.ofKinds(id, ['user'])).length, 2);
    const [name, ...more] = backups();
    assert.ok(name?.includes('.v3.') && more.length === 0, 'one backup from before the migration');
    await store.purge(id);
    const copy = new DatabaseSync(join(scratch.folder, 'backups', name ?? ''), { readOnly: true });
    assert.equal(copy.prepare('SELECT count(*) AS n FROM entry').get()?.n, 0, 'purged there too');
    copy.close();
  });

  it('opens read-only where a newer version wrote it, with a notice, and shows what that goes on to write (threat 29)', async () => {
    const made = scratch.open();
    const id = await filled(made, 'one');
    await made.setDraft(id, { text: 'draft', attachments: [] });
    await made.close();
    mkdirSync(join(scratch.folder, 'built'));
    const newer = await program('writer', join(scratch.folder, 'built'), makeNewerBuild(scratch.folder));
    await run(newer, id, 'newer', '1').ended;

    const store = scratch.open();
    const status = await store.status();
    assert.deepEqual(
      [status.mode, status.notices.map(({ code }) => code)],
      ['read_only', ['store_read_only']],
    );
    assert.equal((await store.log(id)).length, 2);
    assert.equal((await store.list())[0]?.readOnly, true);
    assert.equal((await store.draft(id))?.text, 'draft');
    assert.ok((await store.exportSession(id)).includes('one'));
    for (const call of [
      () => store.append(id, [user('x')]),
      () => store.create({ door: 'panel' }),
      () => store.trash(id),
      () => store.purge(id),
      () => store.setEncryption(new Uint8Array(32)),
      () => store.setDraft(id, undefined),
    ])
      await assert.rejects(call, { code: 'store_read_only' });
    const seen = change(store, 'appended');
    run(newer, id, 'more', '1');
    assert.equal((await seen).sessionId, id);
    assert.deepEqual(
      readdirSync(scratch.folder).filter((name) => name.includes('damaged')),
      [],
    );
  });
});

describe('Backups', function () {
  this.timeout(60_000);
  it('rotate: three are kept, each whole, the newest with everything', async () => {
    const scratch = new Scratch();
    try {
      const store = scratch.open();
      const id = await filled(store, 'one');
      const paths: string[] = [];
      for (let at = 0; at < 5; at++) {
        await store.append(id, [user(`more ${at}`)]);
        paths.push(await store.backup());
      }
      const kept = readdirSync(join(scratch.folder, 'backups')).map((name) =>
        join(scratch.folder, 'backups', name),
      );
      assert.deepEqual(kept.sort(), paths.slice(2).sort());
      const copy = scratch.open(undefined, paths.at(-1) ?? '');
      assert.deepEqual(await textsOf(copy, id), await textsOf(store, id));
    } finally {
      await scratch.end();
    }
  });

  it('are made daily by themselves, when there is something to keep', async () => {
    const scratch = new Scratch();
    try {
      const empty = scratch.open();
      await empty.list();
      await empty.close();
      assert.deepEqual(readdirSync(scratch.folder), ['sessions.db']);
      const first = scratch.open();
      await filled(first, 'one');
      await first.close();
      for (let start = 0; start < 2; start++) {
        const store = scratch.open();
        await store.list();
        await store.close();
        assert.equal(readdirSync(join(scratch.folder, 'backups')).length, 1);
      }
    } finally {
      await scratch.end();
    }
  });
});
