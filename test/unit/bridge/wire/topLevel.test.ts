import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readTopLevel, withoutTopLevel, withTopLevel } from '../../../../src/bridge/wire/topLevel.ts';

const read = (text: string) => readTopLevel(Buffer.from(text), ['model', 'stream']);

describe('Fields of a body that are read without the rest', () => {
  it('are what JSON.parse finds, whatever stands around them and however it is written', () => {
    const rest = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }));
    fc.assert(
      fc.property(
        rest,
        fc.jsonValue(),
        rest,
        fc.constantFrom(undefined, 1, '\t', '\r\n'),
        (before, model, after, space) => {
          const { model: _1, stream: _2, ...others } = { ...before, ...after };
          const text = JSON.stringify({ ...others, model, stream: true, tail: [] }, undefined, space);
          const found = read(text);
          assert.deepEqual(found.model, JSON.parse(text).model);
          assert.equal(found.stream, true);
        },
      ),
    );
  });

  it('never make anything throw but a refusal, whatever the bytes are', () => {
    const hostile = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.stringMatching(/^[{}[\]",:\\a-c0-9 ]{0,40}$/).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(hostile, (bytes) => {
        try {
          readTopLevel(bytes, ['a', 'b']);
        } catch (error) {
          assert.match(String(error instanceof Error && 'code' in error && error.code), /^body_/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const good: [text: string, model: unknown][] = [
    ['{}', undefined],
    [' { } ', undefined],
    ['{"model":"a"}', 'a'],
    ['{"mod\\u0065l":"a"}', 'a'],
    ['{"x":"\\\\","model":"a"}', 'a'],
    ['{"x":"\\"model\\":\\"b\\"","model":"a"}', 'a'],
    ['{"x":{"model":"b"},"model":"a"}', 'a'],
    ['{"model":-1.5e3 ,"x":null}', -1500],
    ['{"model":{"a":[1,"}"]}}', { a: [1, '}'] }],
  ];
  for (const [text, model] of good) {
    it(`are found in ${text}`, () => assert.deepEqual(read(text).model, model));
  }

  const bad = [
    '',
    'null',
    '[]',
    '"model"',
    '{',
    '{"model"}',
    '{"model":}',
    '{"model":"a"',
    '{"model":"a",}',
    '{"model":"a"}}',
    '{"model":"a"} x',
    '{"model":tru}',
    '{"model":"a","model":"a"}',
    '{"model":"a","mod\\u0065l":"b"}',
    '{"model":"\\x"}',
    '{"x":[}',
    '{"x":"a',
    '{model:"a"}',
  ];
  for (const text of bad) {
    it(`are refused in ${text || 'nothing'}`, () =>
      assert.throws(() => read(text), { code: 'body_not_json', status: 400 }));
  }

  it('threat 13: are refused where something nests deeper than 100 levels', () => {
    const nested = (depth: number) => `{"x":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
    assert.deepEqual(read(nested(100)), {});
    assert.throws(() => read(nested(101)), { code: 'body_too_deep' });
  });
});

describe('A field of a body that is given another value', () => {
  it('is changed, and no byte beside it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.string(),
        fc.string(),
        (others, before, after) => {
          const text = JSON.stringify({ ...others, model: before, last: 1 }, null, 1);
          const changed = withTopLevel(Buffer.from(text), 'model', after).toString();
          const [head = '', tail = ''] = parts(text, before);
          assert.equal(changed, `${head}${JSON.stringify(after)}${tail}`);
        },
      ),
    );
  });

  it('is taken out with its comma, whatever stands around it', () => {
    // A name that is a number would move to the front.
    const names = fc.string().map((name) => `a,${name}`);
    fc.assert(
      fc.property(
        fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })),
        fc.jsonValue(),
        fc.dictionary(names, fc.jsonValue({ maxDepth: 2 })),
        fc.constantFrom(undefined, 1, '\t'),
        (head, model, tail, space) => {
          const text = JSON.stringify({ ...head, model, ...tail }, undefined, space);
          const { model: _, ...left } = JSON.parse(text);
          assert.deepEqual(JSON.parse(withoutTopLevel(Buffer.from(text), 'model').toString()), left);
        },
      ),
    );
    assert.equal(withoutTopLevel(Buffer.from('{"a":1}'), 'model').toString(), '{"a":1}');
  });

  it('stays away where it was not', () =>
    assert.equal(withTopLevel(Buffer.from('{"a":1}'), 'model', 'x').toString(), '{"a":1}'));
});

/** The text before and behind the value of the field, which stands in a line of its own. */
function parts(text: string, value: string): [string, string] {
  const line = `\n "model": ${JSON.stringify(value)}`;
  const at = text.indexOf(`${line},\n`);
  const from = at + '\n "model": '.length;
  return [text.slice(0, from), text.slice(at + line.length)];
}
