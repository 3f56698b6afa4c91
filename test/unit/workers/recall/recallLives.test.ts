import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { connectRpc } from '../../../../src/base/rpc.ts';
import { errorCodec } from '../../../../src/core/errors.ts';
import type { RecallSource } from '../../../../src/core/session/recallSource.ts';
import { program, Started } from '../../../durability/processes.ts';
import { workerUrl } from '../../../support/core.ts';
import { user } from '../../store/sqlite/samples.ts';
import { idle, type RecallWindow, Windows } from './recalling.ts';

describe('What recall keeps', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(60_000);
  let windows: Windows;
  let window: RecallWindow;
  beforeEach(() => {
    windows = new Windows();
    window = windows.window();
  });
  afterEach(() => windows.end());

  /** A session of 1,100 entries, three of which speak of a quoll. */
  async function long(): Promise<{ id: string; quolls: string[] }> {
    const { id } = await window.store.create({ door: 'panel' });
    const quolls = [
      user('A quoll at the beginning'),
      user('A quoll in the middle'),
      user('A quoll at the end'),
    ];
    const [first, middle, last] = quolls;
    if (first && middle && last)
      await window.store.append(id, [first, ...idle(700), middle, ...idle(390), last, ...idle(7)]);
    assert.equal((await window.ids(id, 'quoll')).length, 3);
    await windows.kept(id, 1_100);
    return { id, quolls: quolls.map((each) => each.id).sort() };
  }

  it('is read at the next start in place of the log, and answers the same', async () => {
    const { id, quolls } = await long();
    assert.deepEqual(windows.runs(id), ['1-512', '513-1024', '1025-1100']);
    const before = await window.hits(id, 'quoll');
    await windows.closeAll();
    // What is read of the log from here on cannot be found.
    windows.damage(`UPDATE entry SET payload = x'00', crc = 0 WHERE session_id = '${id}'`);
    const again = windows.window();
    assert.deepEqual((await again.ids(id, 'quoll')).sort(), quolls);
    assert.deepEqual(await again.hits(id, 'quoll'), before);
    assert.deepEqual(again.lines, []);
  });

  it('goes on where it ended: full runs stay as they are', async () => {
    const { id } = await long();
    await windows.closeAll();
    window = windows.window();
    const late = user('A quoll after all');
    await window.store.append(id, [...idle(500), late]);
    assert.equal((await window.ids(id, 'quoll')).length, 4);
    await windows.kept(id, 1_601);
    assert.deepEqual(windows.runs(id), ['1-512', '513-1024', '1025-1536', '1537-1601']);
  });

  it('is brought together in a long session, and a window that is behind does not take it apart', async () => {
    const { id } = await window.store.create({ door: 'panel' });
    const [early, late] = [user('A quoll at the beginning'), user('A quoll at the end')];
    await window.store.append(id, [early, ...idle(4_200), late]);
    while ((await window.ids(id, 'quoll')).length < 2) await setImmediate();
    await windows.kept(id, 4_202);
    assert.deepEqual(windows.runs(id), ['1-4096', '4097-4202']);
    const port = window.store.link();
    const other = connectRpc<RecallSource, ReturnType<typeof errorCodec.encode>>(port, errorCodec);
    await other.remote.putRecallRun(id, {
      kind: 'index',
      fromSeq: 3585,
      toSeq: 4096,
      bytes: Uint8Array.of(1),
    });
    port.close();
    assert.deepEqual(windows.runs(id), ['1-4096', '4097-4202']);
    await windows.closeAll();
    windows.damage(`UPDATE entry SET payload = x'00', crc = 0 WHERE session_id = '${id}'`);
    const again = windows.window();
    assert.deepEqual((await again.ids(id, 'quoll')).sort(), [early.id, late.id].sort());
    assert.deepEqual(again.lines, []);
  });

  for (const [what, sql] of [
    ['has other bytes than were written', `UPDATE recall_run SET payload = x'0102' WHERE from_seq = 513`],
    ['says it reaches further than it does', 'UPDATE recall_run SET to_seq = 1030 WHERE from_seq = 513'],
    ['is gone', 'DELETE FROM recall_run WHERE from_seq = 513'],
  ] as const) {
    it(`is made anew where a part of it ${what}`, async () => {
      const { id, quolls } = await long();
      await windows.closeAll();
      windows.damage(sql);
      const again = windows.window();
      assert.deepEqual((await again.ids(id, 'quoll')).sort(), quolls);
      assert.equal(again.lines.length, what === 'is gone' ? 0 : 1, again.lines.join('\n'));
      await windows.closeAll();
      assert.deepEqual(windows.runs(id), ['1-512', '513-1024', '1025-1100']);
      const third = windows.window();
      assert.deepEqual((await third.ids(id, 'quoll')).sort(), quolls);
      assert.deepEqual(third.lines, []);
    });
  }

  it('says nothing of entries that cannot be read; they are indexed once they are restored', async () => {
    const { id } = await window.store.create({ door: 'panel' });
    const [lost, kept] = [user('A lost quoll'), user('A kept quoll')];
    await window.store.append(id, [lost, kept, ...idle(60)]);
    await windows.closeAll();
    windows.damage(`UPDATE entry SET crc = crc + 1 WHERE id = '${lost.id}'`);
    const again = windows.window();
    assert.deepEqual(await again.ids(id, 'quoll'), [kept.id]);
    await again.store.append(id, idle(1));
    assert.deepEqual(await again.ids(id, 'quoll'), [kept.id]);
    await windows.closeAll();
    assert.deepEqual(windows.runs(id), []);
    windows.damage(`UPDATE entry SET crc = crc - 1 WHERE id = '${lost.id}'`);
    assert.equal((await windows.window().ids(id, 'quoll')).length, 2);
  });

  it('is the same whichever of two windows wrote, and each finds what the other has just stored', async () => {
    const other = windows.window();
    const { id, quolls } = await long();
    assert.deepEqual((await other.ids(id, 'quoll')).sort(), quolls);
    const added = user('A quoll from elsewhere');
    await other.store.append(id, [added, ...idle(600)]);
    assert.equal((await window.ids(id, 'quoll')).length, 4);
    assert.equal((await other.ids(id, 'quoll')).length, 4);
    await windows.kept(id, 1_701);
    assert.equal((await windows.window().ids(id, 'quoll')).length, 4);
    assert.deepEqual([...window.lines, ...other.lines], []);
  });

  it('is made anew when another window has repaired the database and entries have moved up', async () => {
    const { id } = await window.store.create({ door: 'panel' });
    const lost = user('A quoll that is lost');
    await window.store.append(id, [user('A first quoll'), lost, ...idle(38)]);
    assert.equal((await window.ids(id, 'quoll')).length, 2);
    windows.damage(`DELETE FROM entry WHERE id = '${lost.id}'`);
    const other = windows.window();
    assert.deepEqual(
      (await other.store.status()).notices.map(({ code }) => code),
      ['store_salvaged'],
    );
    const added = user('A quoll that came after');
    await window.store.append(id, [added]);
    assert.equal((await window.store.log(id)).length, 40);
    const [first] = await window.store.log(id, { limit: 1 });
    const expected = [first?.id, added.id].sort();
    assert.deepEqual((await window.ids(id, 'quoll')).sort(), expected);
    assert.deepEqual((await other.ids(id, 'quoll')).sort(), expected);
  });

  it('follows what another process writes', async () => {
    const { id } = await window.store.create({ door: 'panel' });
    const built = join(windows.folder, 'built');
    mkdirSync(built);
    const writer = await program('writer', built);
    const process_ = new Started(process.execPath, [writer, windows.file, id, 'wombat', 'entries', '40']);
    await process_.line((line) => line === 'entry 1');
    assert.ok((await window.ids(id, 'wombat')).length > 0, 'while it writes');
    assert.equal(await process_.ended, null);
    assert.equal((await window.ids(id, 'wombat', { limit: 100 })).length, 40);
  });

  it('is written without being asked for, behind the acknowledgement', async () => {
    const { id } = await window.store.create({ door: 'panel' });
    await window.store.append(id, idle(70));
    await windows.kept(id, 70);
  });

  for (const isWanted of [true, false]) {
    it(`is ${isWanted ? '' : 'not '}begun by what is appended where recall is ${isWanted ? 'on' : 'off'}`, async () => {
      // A worker that is started there ends at once, which is logged.
      const url = new URL('./missing.ts', import.meta.url);
      const quiet = windows.window({ isWanted, url });
      const { id } = await quiet.store.create({ door: 'panel' });
      await quiet.store.append(id, idle(1));
      if (isWanted) while (quiet.lines.length === 0) await setImmediate();
      await quiet.recall.close();
      assert.equal(quiet.lines.length, isWanted ? 1 : 0);
    });
  }

  it('is not written into a database of a newer version', async () => {
    const { id, quolls } = await long();
    await windows.closeAll();
    windows.damage(
      `DELETE FROM recall_run; PRAGMA user_version = 99; UPDATE meta SET value = 99 WHERE key = 'version'`,
    );
    const older = windows.window();
    assert.deepEqual((await older.ids(id, 'quoll')).sort(), quolls);
    await older.store.list();
    assert.deepEqual(windows.runs(id), []);
  });

  it('goes with its session', async () => {
    const { id } = await long();
    await window.store.purge(id);
    assert.deepEqual(windows.runs(id), []);
    assert.deepEqual(await window.ids(id, 'quoll'), []);
    const own = await window.store.create({ door: 'panel' });
    assert.deepEqual(await window.ids(own.id, 'quoll', { scope: 'workspace' }), []);
  });

  it('lies under the key of its sessions, and is read with it', async () => {
    const key = new Uint8Array(32).fill(7);
    const { id, quolls } = await long();
    assert.ok(windows.filesWith('quoll').length > 0);
    await window.store.setEncryption(key);
    assert.deepEqual(windows.filesWith('quoll'), []);
    await window.store.append(id, idle(40));
    assert.deepEqual((await window.ids(id, 'quoll')).sort(), quolls);
    await windows.kept(id, 1_140);
    await windows.closeAll();
    assert.deepEqual(windows.filesWith('quoll', 'chatter'), []);
    windows.damage(`UPDATE entry SET payload = x'00', crc = 0 WHERE session_id = '${id}'`);
    const again = windows.window({ key });
    assert.deepEqual((await again.ids(id, 'quoll')).sort(), quolls);
    await again.store.setEncryption(undefined);
    await windows.closeAll();
    assert.deepEqual((await windows.window().ids(id, 'quoll')).sort(), quolls);
  });

  it('is not asked for while the key is missing: nothing is found, and the log says so', async () => {
    const key = new Uint8Array(32).fill(7);
    const { id, quolls } = await long();
    await window.store.setEncryption(key);
    await windows.closeAll();
    const locked = windows.window();
    assert.deepEqual(await locked.ids(id, 'quoll'), []);
    assert.deepEqual(locked.lines, ['Earlier turns could not be searched.']);
    await locked.store.unlock(key);
    assert.deepEqual((await locked.ids(id, 'quoll')).sort(), quolls);
  });
});

describe('Recall whose threads die', function () {
  this.timeout(60_000);
  let windows: Windows;
  beforeEach(() => {
    windows = new Windows();
  });
  afterEach(() => windows.end());

  /** The real worker, which ends at its next message once it was told to. */
  function mortal(name: string): { url: URL; die(): void } {
    const file = join(windows.folder, `${name}.mjs`);
    const death = join(windows.folder, `${name}.death`);
    writeFileSync(
      file,
      `import { existsSync, rmSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       parentPort.on('message', () => {
         if (!existsSync(${JSON.stringify(death)})) return;
         rmSync(${JSON.stringify(death)});
         process.exit(9);
       });
       await import(${JSON.stringify(workerUrl(name).href)});`,
    );
    return { url: pathToFileURL(file), die: () => writeFileSync(death, '') };
  }

  it('starts another thread with the next question', async () => {
    const { url, die } = mortal('recall');
    const window = windows.window({ url });
    const { id } = await window.store.create({ door: 'panel' });
    await window.store.append(id, [user('A quoll')]);
    assert.equal((await window.ids(id, 'quoll')).length, 1);
    die();
    assert.deepEqual(await window.ids(id, 'quoll'), []);
    assert.equal(window.lines.filter((line) => line.includes('ended')).length, 1);
    assert.equal((await window.ids(id, 'quoll')).length, 1);
    await window.store.append(id, [user('Another quoll')]);
    assert.equal((await window.ids(id, 'quoll')).length, 2);
  });

  it('finds nothing where there is no worker, and says so', async () => {
    const window = windows.window({ url: new URL('./missing.ts', import.meta.url) });
    const { id } = await window.store.create({ door: 'panel' });
    assert.deepEqual(await window.ids(id, 'quoll'), []);
    assert.ok(window.lines.length > 0);
  });

  it('asks the worker of the store that came after the one that died', async () => {
    const { url, die } = mortal('store');
    const window = windows.window({ storeUrl: url });
    const { id } = await window.store.create({ door: 'panel' });
    await window.store.append(id, [user('A quoll')]);
    assert.equal((await window.ids(id, 'quoll')).length, 1);
    die();
    await assert.rejects(window.store.list(), { code: 'store_unavailable' });
    await window.store.append(id, [user('Another quoll')]);
    assert.equal((await window.ids(id, 'quoll')).length, 2);
  });

  it('finds nothing once it was closed', async () => {
    const window = windows.window();
    const { id } = await window.store.create({ door: 'panel' });
    await window.recall.close();
    assert.deepEqual(await window.ids(id, 'quoll'), []);
    assert.deepEqual(window.lines, []);
    assert.ok(existsSync(windows.file));
    rmSync(windows.file, { force: true });
  });
});
