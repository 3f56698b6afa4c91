import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../../../src/protocol/entries.ts';
import { answer, change, Scratch, user } from './samples.ts';

/** Together more than is read as a whole at a start. */
const [sessions, turnsEach, thoughtBytes] = [4, 8, 450_000];

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(file, bytes);
};

describe('A large session database that is damaged', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(60_000);
  const made = new Scratch();
  const good = new Map<string, Entry[]>();
  let scratch: Scratch;

  before(async () => {
    const store = made.open();
    for (let at = 0; at < sessions; at++) {
      const { id } = await store.create({ door: 'panel' });
      for (let turn = 0; turn < turnsEach; turn++) {
        const turnId = crypto.randomUUID();
        const thinking = randomBytes(thoughtBytes).toString('base64');
        const said = answer(`Answer ${at}.${turn}`, turnId);
        const content = [{ type: 'thinking' as const, thinking, signature: 's' }, ...said.content];
        await store.append(id, [user(`Question ${at}.${turn}`, turnId), { ...said, content }]);
      }
      good.set(id, await store.log(id));
    }
    await store.search('nothing');
    await store.backup();
    await made.closeAll();
    assert.ok(statSync(made.file).size > 17_000_000);
  });
  after(() => made.end());
  beforeEach(() => {
    scratch = new Scratch();
    copyHere();
  });
  afterEach(() => scratch.end());

  function copyHere(): void {
    for (const name of ['sessions.db', 'backups'])
      cpSync(join(made.folder, name), join(scratch.folder, name), { recursive: true });
  }

  /** Where a page of a table or an index begins in the file; of several the one in the middle. */
  function pageOf(name: string, type: 'leaf' | 'overflow'): number {
    const db = new DatabaseSync(made.file, { readOnly: true });
    const pages = db.prepare('SELECT pgoffset FROM dbstat WHERE name = ? AND pagetype = ?').all(name, type);
    db.close();
    return Number(pages[pages.length >> 1]?.pgoffset);
  }

  const readAll = async (store: ReturnType<Scratch['open']>): Promise<Map<string, Entry[]>> => {
    const found = new Map<string, Entry[]>();
    for (const { id } of await store.list()) found.set(id, await store.log(id));
    return found;
  };
  const setAside = (): string[] =>
    readdirSync(scratch.folder).filter((name) => name.includes('.damaged-') && !/-(wal|shm)$/.test(name));

  /** Bytes that no read of a conversation comes across. */
  const unseen = () => pageOf('entry_one_end', 'leaf') + 4_090;

  it('is repaired before the first write, set aside as it was, and that is said', async () => {
    flip(scratch.file, unseen());
    const before = digest(scratch.file);
    const store = scratch.open();
    assert.deepEqual(await readAll(store), good);
    assert.deepEqual((await store.status()).notices, []);
    const [id = ''] = good.keys();
    await store.append(id, [user('works again')]);
    const [notice] = (await store.status()).notices;
    assert.equal(notice?.code, 'store_salvaged');
    const [kept = ''] = setAside();
    assert.ok(notice.message.includes(kept));
    assert.equal(digest(join(scratch.folder, kept)), before, 'nothing was written over it');
    const found = await readAll(store);
    assert.deepEqual(found.get(id)?.slice(0, -1), good.get(id));
    assert.deepEqual([...found.keys()].sort(), [...good.keys()].sort());
  });

  it('is repaired by itself once nobody asks for anything', async () => {
    flip(scratch.file, unseen());
    const store = scratch.open();
    const told = change(store, 'notice');
    assert.equal((await store.list()).length, sessions);
    assert.equal((await told).notice.code, 'store_salvaged');
    assert.equal(setAside().length, 1);
    assert.deepEqual(await readAll(store), good);
  });

  it('is not written to by somebody who only reads', async () => {
    flip(scratch.file, unseen());
    const before = digest(scratch.file);
    const store = scratch.open();
    await readAll(store);
    await scratch.closeAll();
    assert.equal(digest(scratch.file), before);
    assert.deepEqual(setAside(), []);
  });

  for (const [what, at] of [
    ['rows of entries', () => pageOf('entry', 'leaf')],
    ['the way to them', () => pageOf('entry_by_seq', 'leaf')],
    ['the table of sessions', () => pageOf('session', 'leaf')],
  ] as const) {
    it(`is repaired when a page with ${what} cannot be read`, async () => {
      flip(scratch.file, at());
      const store = scratch.open();
      assert.deepEqual(await readAll(store), good);
      assert.equal((await store.status()).notices[0]?.code, 'store_salvaged');
    });
  }

  it('shows nothing wrong before it is repaired, and nothing is missing without a word after', async function () {
    this.timeout(300_000);
    const places = 6;
    const { size } = statSync(made.file);
    // Most pages hold the ends of long entries; the first of each table and index are among the others.
    const spread = Array.from({ length: places }, (_, at) => Math.floor(((at + 0.37) / places) * size));
    const starts = ['entry', 'entry_by_id', 'transcript_data', 'meta'];
    for (const at of [...spread, ...starts.map((name) => pageOf(name, 'leaf') + 4_000)]) {
      copyHere();
      flip(scratch.file, at);
      const store = scratch.open();
      const shown = await readAll(store);
      for (const [id, entries] of shown) {
        const byId = new Map(good.get(id)?.map((entry) => [entry.id, entry]));
        for (const { seq: _, parentId: __, ...entry } of entries) {
          const {
            seq: ___,
            parentId: ____,
            ...written
          } = byId.get(entry.id) ?? assert.fail(`at ${at}: not written`);
          assert.deepEqual(entry, written, `at ${at}`);
        }
      }
      await store.create({ door: 'cli' });
      const found = await readAll(store);
      const lost = [...good].flatMap(([id, entries]) => {
        const ids = new Set(found.get(id)?.map((entry) => entry.id));
        return entries.filter((entry) => !ids.has(entry.id));
      });
      const { notices } = await store.status();
      assert.ok(
        lost.length === 0 || notices.length > 0,
        `at ${at}: ${lost.length} are missing without a word`,
      );
      await scratch.closeAll();
      for (const name of readdirSync(scratch.folder)) rmSync(join(scratch.folder, name), { recursive: true });
    }
  });
});
