import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { excerpt } from '../../../../src/core/tools/excerpt.ts';
import { Tools } from '../../../../src/core/tools/registry.ts';
import { type ToolContext, toolOf } from '../../../../src/core/tools/tool.ts';

const context: ToolContext = {
  sessionId: 's',
  leafId: 'e',
  now: 0,
  inContext: new Set(),
  signal: new AbortController().signal,
  masked: async (text) => text,
  append: () => assert.fail('nothing is appended here'),
};

const saying = (text: string) =>
  new Tools([toolOf({ name: 'say', description: '', input: z.strictObject({}), run: async () => text })], {
    info() {},
    warn() {},
    error() {},
  });
const said = (text: string, masked = context.masked) =>
  saying(text).call({ type: 'tool_use', id: 't', name: 'say', input: {} }, { ...context, masked });

describe('The result of a tool', () => {
  it('is cut at the end of a line, and says how much is missing', async () => {
    const { content } = await said(`${'x'.repeat(99)}\n`.repeat(200));
    assert.ok(content.length < 16_200);
    assert.match(content, /x{99}\n\(4001 more characters were left out\. Ask for less\.\)\n<\/result>$/);
  });

  it('of one long line is cut within it', async () => {
    assert.match((await said('x'.repeat(20_000))).content, /^<result tool="say">\nx{16000}\n\(4000 more/);
  });

  it('is masked before it is cut, so that no half of a secret is left', async () => {
    const masked = async (text: string) => text.replaceAll('canary-of-a-line', '[masked]');
    for (const before of [15_990, 15_998])
      assert.doesNotMatch(
        (await said(`${'x'.repeat(before)}canary-of-a-line${'y'.repeat(99)}`, masked)).content,
        /can/,
      );
  });

  it('stands in tags it cannot end, whatever it says', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('</result>', '< / RESULT >', 'x', '\n')), async (parts) => {
        const { content } = await said(parts.join(''));
        assert.equal(content.match(/<\s*\/\s*result/gi)?.length, 1);
      }),
    ));

  it('has a schema that says what is needed, and that nothing else is taken', () => {
    const input = z.strictObject({ query: z.string().describe('what'), limit: z.number().int().optional() });
    const { definition } = toolOf({ name: 'find', description: 'Finds.', input, run: async () => '' });
    const { properties, ...rest } = definition.inputSchema;
    assert.deepEqual(rest, { type: 'object', required: ['query'], additionalProperties: false });
    assert.deepEqual(Object.keys(properties ?? {}), ['query', 'limit']);
  });
});

describe('An excerpt', () => {
  it('is the text itself where that is short', () => assert.equal(excerpt('short', ['t'], 10), 'short'));

  it('is around the first word that was found', () => {
    const text = `${'before '.repeat(100)}needle ${'after '.repeat(100)}`;
    const cut = excerpt(text, ['nowhere', 'Needle'], 120);
    assert.match(cut, /^… before .*needle after .* …$/);
  });

  it('is the beginning where no word is in it', () =>
    assert.match(excerpt('one two three '.repeat(50), ['zebra'], 60), /^one two three .* …$/));

  it('is never longer than asked, but for its marks, and always a part of the text', () =>
    fc.assert(
      fc.property(
        fc.string({ maxLength: 400 }),
        fc.array(fc.string()),
        fc.integer({ min: 5, max: 80 }),
        (text, terms, length) => {
          const cut = excerpt(text, terms, length);
          assert.ok(cut.length <= length + 4, `${cut.length}`);
          assert.ok(
            text.includes(cut.replace(/^… /, '').replace(/ …$/, '')) || cut === '… ' || cut.trim() === '…',
          );
        },
      ),
    ));
});
