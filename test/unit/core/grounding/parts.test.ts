import assert from 'node:assert/strict';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { ByteBuilder } from '../../../../src/core/grounding/parts/bytes.ts';
import { merge } from '../../../../src/core/grounding/parts/merge.ts';
import type { Part } from '../../../../src/core/grounding/parts/part.ts';
import { PartWriter } from '../../../../src/core/grounding/parts/partWriter.ts';
import { StoredPart } from '../../../../src/core/grounding/parts/storedPart.ts';
import { PassageIndex } from '../../../../src/core/grounding/passageIndex.ts';

function written(parts: readonly Part[]): Uint8Array {
  const built = new ByteBuilder();
  const steps = merge(parts, new PartWriter((bytes) => built.add(bytes), crc32));
  while (!steps.next().done);
  return built.bytes.slice();
}

const opened = (bytes: Uint8Array): StoredPart =>
  new StoredPart(
    { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) },
    crc32,
    (key) => `file://${key}`,
  );

const words = [
  'tiger',
  'zebra',
  'lions',
  'maxUploadSize',
  'Größe',
  '文件上传',
  'v2',
  'upload',
  'up',
  'uploading',
];
const text = fc
  .array(fc.array(fc.constantFrom(...words), { maxLength: 4 }), { minLength: 1, maxLength: 90 })
  .map((lines) => lines.map((line) => line.join(' ')).join('\n'));
const name = fc.constantFrom('a.ts', 'src/upload.ts', 'src/deep/größe.py', 'README.md', 'test/b.test.ts');
const change = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), name, text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), name, text }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('store' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
);

describe('An index in parts', () => {
  const file = (path: string, content: string) => ({ uri: `file:///w/${path}`, path, text: content });
  const asked = ['zebra uploads', 'What is the max upload size?', '文件', 'size of v2 in größe.py'];
  const answers = (index: PassageIndex) => asked.map((question) => index.ask(question).rank(20));

  it('answers as one that was made at once, whatever was changed, stored and merged before', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const index = new PassageIndex((key) => `file://${key}`);
        const saved = new Map<string, string>();
        const open = new Map<string, string>();
        for (const one of changes) {
          switch (one.kind) {
            case 'set':
              index.set(`/w/${one.name}`, file(one.name, one.text));
              saved.set(one.name, one.text);
              break;
            case 'delete':
              index.delete(`/w/${one.name}`);
              saved.delete(one.name);
              break;
            case 'open':
              index.setOpen(`/w/${one.name}`, file(one.name, one.text));
              open.set(one.name, one.text);
              break;
            case 'close':
              index.deleteOpen(`/w/${one.name}`);
              open.delete(one.name);
              break;
            case 'store': {
              const part = index.seal();
              index.put(opened(written([part])), [part]);
              break;
            }
            case 'merge':
              index.put(opened(written(index.parts)), index.parts);
              break;
            default:
              one satisfies never;
          }
        }
        const fresh = new PassageIndex();
        for (const [path, content] of new Map([...saved, ...open]))
          fresh.set(`/w/${path}`, file(path, content));
        assert.deepEqual(answers(index), answers(fresh));
        assert.equal(index.chunks, fresh.chunks);
      }),
    );
  });

  it('keeps what was changed and deleted while its parts were merged', () => {
    const index = new PassageIndex();
    for (const path of ['a.ts', 'b.ts', 'c.ts']) index.set(path, file(path, 'the zebra'));
    const part = index.seal();
    const merged = opened(written([part]));
    index.set('a.ts', file('a.ts', 'the tiger'));
    index.delete('b.ts');
    index.put(merged, [part]);
    const found = (question: string) =>
      index
        .ask(question)
        .rank(9)
        .chunks.map(({ path }) => path);
    assert.deepEqual([found('zebra'), found('tiger')], [['c.ts'], ['a.ts']]);
  });

  it('is not opened when a byte of it is another', () => {
    const index = new PassageIndex();
    index.set('a.ts', file('a.ts', 'the zebra of the maxUploadSize'));
    const bytes = written([index.seal()]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ difference;
        assert.throws(() => opened(damaged));
      }),
    );
  });

  it('is not opened when its end is missing', () => {
    const index = new PassageIndex();
    index.set('a.ts', file('a.ts', 'the zebra'));
    const bytes = written([index.seal()]);
    for (let length = 0; length < bytes.length; length += 7)
      assert.throws(() => opened(bytes.slice(0, length)));
  });

  const unreadable = [
    'sk-ant-api03-Zm9vYmFy0123',
    'hunter2hunter2',
    'correcthorsebatterystaplex',
    'maxUploadSize',
  ];
  for (const secret of unreadable) {
    it(`finds ${secret} and does not hold it in a form that can be read`, () => {
      const index = new PassageIndex();
      index.set('a.ts', file('a.ts', `const password = "${secret}";`));
      const part = index.seal();
      const bytes = written([part]);
      index.put(opened(bytes), [part]);
      assert.equal(index.ask(secret).rank(1).chunks.length, 1);
      const held = Buffer.from(bytes).toString('latin1').toLowerCase();
      for (const word of secret
        .toLowerCase()
        .split('-')
        .filter((one) => one.length > 6))
        assert.ok(!held.includes(word));
    });
  }
});
