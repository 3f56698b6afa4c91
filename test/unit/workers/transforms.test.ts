/** The user's own modules in their real thread: what the folder may hold, and what one of them can do to the rest. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CausewayError } from '../../../src/core/errors.ts';
import type { ActiveTransforms } from '../../../src/core/transforms/transforms.ts';
import { type ClosableTransforms, openTransforms } from '../../../src/workers/openTransforms.ts';
import { workerUrl } from '../../support/core.ts';

const value = z.strictObject({ text: z.string() });
const about = { form: 'messages', from: 'session', provider: 'anthropic', model: 'claude' } as const;
const adds = (word: string) =>
  `export const request = ({ text }) => ({ text: text + ${JSON.stringify(word)} });`;

describe('The user’s transforms', function () {
  this.timeout(30_000);
  let folder: string;
  let place: string;
  let transforms: ClosableTransforms;
  const logged: string[] = [];
  const keep = (line: string) => void logged.push(line);
  const open = (bounds: { callMs?: number; waitMs?: number } = {}) =>
    openTransforms({
      folder: place,
      workerUrl: workerUrl('transforms'),
      log: { info: keep, warn: keep, error: keep },
      ...bounds,
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-transforms-'));
    place = join(folder, 'transforms');
    logged.length = 0;
    transforms = open();
  });
  afterEach(async () => {
    await transforms.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (files: Readonly<Record<string, string>>) => {
    mkdirSync(place, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  };
  const active = async (): Promise<ActiveTransforms> => (await transforms.active()) ?? assert.fail('none');
  const ask = async (text: string) => (await active()).request({ text }, value, about);
  const code = (error: unknown) => (error instanceof CausewayError ? error.code : String(error));
  const fails = (words: RegExp) =>
    assert.rejects(ask('a'), (error) => {
      assert.equal(code(error), 'transform_failed');
      assert.match(String(error), words);
      return true;
    });

  it('are none where there is no folder, and none where it has no modules', async () => {
    assert.equal(await transforms.active(), undefined);
    assert.equal(transforms.mark, '');
  });

  it('are modules, CommonJS too, with what they import, and links that the user made', async () => {
    put({
      '1.mjs': `import { word } from './parts/word.mjs';\nexport const request = ({ text }) => ({ text: text + word });`,
      'package.json': '{"type":"commonjs"}',
      '2.js': 'module.exports = { request: ({ text }) => ({ text: text + "2" }) };',
    });
    mkdirSync(join(place, 'parts'));
    writeFileSync(join(place, 'parts', 'word.mjs'), 'export const word = "1";');
    writeFileSync(join(folder, 'elsewhere.mjs'), adds('3'));
    symlinkSync(join(folder, 'elsewhere.mjs'), join(place, '3.mjs'));
    assert.deepEqual(await ask('0'), { value: { text: '0123' }, files: ['1.mjs', '2.js', '3.mjs'] });
  });

  it('that change nothing are not among those that did', async () => {
    put({ '1.mjs': 'export const request = (request) => request;', '2.mjs': adds('!') });
    assert.deepEqual((await ask('a')).files, ['2.mjs']);
  });

  const refused: [what: string, files: () => void, words: RegExp][] = [
    ['a folder with the name of one', () => mkdirSync(join(place, 'a.mjs')), /a\.mjs is no file/],
    ['one of more than a megabyte', () => put({ 'a.mjs': ' '.repeat(1_100_000) }), /more than 1048576 bytes/],
    [
      'more of them than anyone puts in order',
      () => put(Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`${at}.mjs`, adds('x')]))),
      /more than 32 files/,
    ],
    ['a link to nothing', () => symlinkSync(join(folder, 'gone'), join(place, 'a.mjs')), /is no file/],
  ];
  for (const [what, files, words] of refused)
    it(`let nothing leave where there is ${what}`, async () => {
      put({});
      files();
      await fails(words);
    });

  const notThere: [what: string, make: () => void, words: RegExp][] = [
    ['a link to one that is not there', () => symlinkSync(join(folder, 'unmounted'), place), /leads nowhere/],
    ['a file', () => writeFileSync(place, ''), /is no folder/],
  ];
  for (const [what, make, words] of notThere)
    it(`let nothing leave where their folder is ${what}, and are none when it is gone`, async () => {
      make();
      await fails(words);
      rmSync(place);
      assert.equal(await transforms.active(), undefined);
    });

  /** What is asked right after the folder was changed, once it is looked into again. */
  const nextLook = async (change: () => void) => {
    let counts: ReturnType<typeof transforms.active>;
    // What is given twice is what counts, and no look that is under way.
    do {
      counts = transforms.active();
      await counts;
    } while (transforms.active() !== counts);
    change();
    for (;;) {
      const looking = transforms.active();
      // In an object, since it is not to be waited for.
      if (looking !== counts) return { looking };
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  for (const [which, files] of [
    ['the only one', {}],
    ['one of several', { 'b.mjs': adds('?') }],
  ] as const)
    it(`hold requests while an editor replaces ${which} by another file`, async () => {
      put({ 'a.mjs': adds('old'), ...files });
      const saved = join(folder, 'a.mjs');
      writeFileSync(saved, adds('new'));
      const { looking } = await nextLook(() => rmSync(join(place, 'a.mjs')));
      // By then the first look has found it gone.
      for (let looks = 0; looks < 3; looks++) await readdir(place);
      renameSync(saved, join(place, 'a.mjs'));
      const { value: sent } =
        (await (await looking)?.request({ text: '' }, value, about)) ?? assert.fail('none');
      assert.match(sent.text, /^new/);
    });

  it('cannot speak for their thread', async () => {
    put({
      'a.mjs': `import { parentPort, workerData } from 'node:worker_threads';
parentPort.postMessage(null);
parentPort.postMessage({ kind: 'done', json: '{"text":"forged"}' });
export const request = ({ text }) => ({ text: text + Object.keys(workerData).join() + Object.keys(process.env).length });`,
    });
    assert.equal((await ask('a')).value.text, 'afiles0');
  });

  it('are refused where more wait than one thread can see, and the others come through in order', async () => {
    put({ 'a.mjs': adds('!') });
    const one = await active();
    const all = await Promise.allSettled(
      Array.from({ length: 80 }, (_, at) => one.request({ text: String(at) }, value, about)),
    );
    const done = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value.value.text] : []));
    assert.deepEqual(
      done,
      Array.from({ length: 64 }, (_, at) => `${at}!`),
    );
    const codes = new Set(all.flatMap((each) => (each.status === 'rejected' ? [code(each.reason)] : [])));
    assert.deepEqual([...codes], ['transforms_busy']);
    assert.equal((await ask('a')).value.text, 'a!');
  });

  it('let go at once of a request that is stopped, whether it waits or is at work', async () => {
    put({
      'a.mjs': `export const request = ({ text }) => text === 'slow' ? new Promise(() => {}) : { text: text + '!' };`,
    });
    const one = await active();
    const [first, second] = [new AbortController(), new AbortController()];
    const stopped = new Error('Stopped.');
    const asked = (text: string, signal?: AbortSignal) => one.request({ text }, value, about, signal);
    const slow = asked('slow', first.signal);
    const waits = asked('b', second.signal);
    const after = asked('c');
    const order: string[] = [];
    void after.then(({ value: { text } }) => order.push(text));
    second.abort(stopped);
    await assert.rejects(waits, stopped);
    first.abort(stopped);
    await assert.rejects(slow, stopped);
    await assert.rejects(asked('d', first.signal), stopped);
    assert.deepEqual(order, [], 'they were let go of before the module was');
    assert.equal((await after).value.text, 'c!');
  });

  it('say that they are busy to what has waited for long, and not to what is at work', async () => {
    await transforms.close();
    transforms = open({ callMs: 1_000, waitMs: 10 });
    put({ 'a.mjs': 'export const request = () => new Promise(() => {});' });
    const one = await active();
    const ended: string[] = [];
    const ask = () =>
      one.request({ text: '' }, value, about).catch((error: unknown) => void ended.push(code(error)));
    await Promise.all([ask(), ask()]);
    assert.deepEqual(ended, ['transforms_busy', 'transform_failed']);
  });

  it('that are taken out while a model answers let the answer pass, and a request not', async () => {
    put({ 'a.mjs': `${adds('!')}\nexport const answer = () => { throw new Error(); };`, 'b.mjs': adds('?') });
    const before = await active();
    rmSync(join(place, 'a.mjs'));
    while ((await active()).mark === before.mark) await new Promise((resolve) => setImmediate(resolve));
    const parts = [{ type: 'text' as const, text: 'said' }];
    assert.deepEqual(await before.answer(parts, about), parts);
    await assert.rejects(before.request({ text: 'a' }, value, about), /a\.mjs was taken out meanwhile/);
  });

  it('that end their thread between two calls are started again with the next', async () => {
    put({
      'a.mjs': `${adds('!')}\nlet calls = 0;\nexport const answer = (answer) => { setImmediate(() => { throw new Error('late'); }); return answer; };`,
    });
    const one = await active();
    await one.answer([{ type: 'text', text: 'said' }], about);
    while (!logged.some((line) => /thread of transforms ended/.test(line)))
      await new Promise((resolve) => setImmediate(resolve));
    assert.equal((await ask('a')).value.text, 'a!');
  });
});
