import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Answer } from '../../../../../src/core/answer.ts';
import { cited } from '../../../../../src/core/providers/markedText.ts';
import type {
  ProviderEvent,
  ProviderRequest,
  QuotedPassage,
} from '../../../../../src/core/providers/provider.ts';
import { answer } from '../../../../support/openai/script.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../../support/openai/server.ts';
import { type Chat, chatAt, stream } from './chat.ts';

const passage = (path: string, startLine: number, text: string): QuotedPassage => ({
  type: 'passage',
  place: { uri: `file:///w/${path}`, path, startLine, endLine: startLine + text.split('\n').length - 1 },
  text,
});
const limits = passage('limits.md', 5, 'Bodies are bounded.\n\nThe bound is 1 MB.');
const retry = passage('src/retry.ts', 1, 'export const waits = [1, 2, 4];');

function contentOf(events: readonly ProviderEvent[]) {
  const made = new Answer();
  for (const event of events) made.take(event);
  return made.content();
}
/** The text with its marks, and the paths it cites in their order. */
function read(events: readonly ProviderEvent[]): [string, string[]] {
  const blocks = contentOf(events).filter((block) => block.type === 'text');
  return [
    blocks.map(({ text }) => text).join('|'),
    blocks.flatMap(({ citations = [] }) => citations.map(({ index, path }) => `${index} ${path}`)),
  ];
}

describe('An answer of another model about passages of the workspace', () => {
  let fake: FakeOpenAi;
  let chat: Chat;
  before(async () => {
    fake = await startFakeOpenAi();
    chat = chatAt(fake);
  });
  after(() => fake.close());

  const ask = (...passages: QuotedPassage[]): Pick<ProviderRequest, 'messages'> => ({
    messages: [{ role: 'user', content: [...passages, { type: 'text', text: 'What is the bound?' }] }],
  });

  it('is asked for with numbers before the passages, and words on how to cite them', async () => {
    fake.enqueue(answer('Yes.'));
    await stream(chat, ask(limits, retry));
    const sent = JSON.stringify(fake.requests.at(-1)?.body);
    assert.match(sent, /\[1\]\\n<selection path=\\"limits\.md\\" lines=\\"5-7\\">/);
    assert.match(sent, /\[2\]\\n<selection path=\\"src\/retry\.ts\\" lines=\\"1-1\\">/);
    assert.match(sent, /numbered \[1\] to \[2\] above.*What is the bound\?/);
  });

  const cases: [what: string, said: string, expected: [string, string[]]][] = [
    ['a number', 'It is 1 MB [1].', ['It is 1 MB ①.', ['1 limits.md']]],
    [
      'several, by the order in which they come',
      'Twice [2], 1 MB [1][2].',
      ['Twice ①, 1 MB ②①.', ['1 src/retry.ts', '2 limits.md']],
    ],
    ['a list of numbers', 'Both [1, 2].', ['Both ①②.', ['1 limits.md', '2 src/retry.ts']]],
    ['a number that nobody gave', 'It is 1 MB [7].', ['It is 1 MB.', []]],
    ['one of each', 'So [7][1] it is.', ['So① it is.', ['1 limits.md']]],
    [
      'numbers in brackets that cite nothing',
      'In [2024] and [31] there were [1, 2, 3] or [0]: [7, 9], [42].',
      ['In [2024] and [31] there were [1, 2, 3] or [0]: [7, 9], [42].', []],
    ],
    [
      'indexes of what stands before them',
      'So arr[0], arr[1], f(x)[2], m[1][2], é[1] and $a_[7].',
      ['So arr[0], arr[1], f(x)[2], m[1][2], é[1] and $a_[7].', []],
    ],
    [
      'a number behind another that cites',
      'It is [1][2], not[1].',
      ['It is ①②, not[1].', ['1 limits.md', '2 src/retry.ts']],
    ],
    [
      'a number at the end of a sentence',
      'It is 1 MB.[1] «So»[2]',
      ['It is 1 MB.① «So»②', ['1 limits.md', '2 src/retry.ts']],
    ],
    [
      'numbers in code',
      'Use `a[1]`:\n```ts\nb[2] = [1];\n```\nAs said [1].',
      ['Use `a[1]`:\n```ts\nb[2] = [1];\n```\nAs said ①.', ['1 limits.md']],
    ],
    ['a backtick that closes nothing', 'The ` sign.\n\nSo [1].', ['The ` sign.\n\nSo ①.', ['1 limits.md']]],
    [
      'a link, a definition, a task and a picture',
      '[1](a.md) ![1] \\[1] [x]\n[1]: a.md',
      ['[1](a.md) ![1] \\[1] [x]\n[1]: a.md', []],
    ],
    ['a bracket at the very end', 'It is [1', ['It is [1', []]],
    ['a number at the very end', 'It is [1]', ['It is ①', ['1 limits.md']]],
  ];
  for (const [what, said, expected] of cases)
    it(`is read with ${what}`, async () => {
      fake.enqueue(answer(said));
      assert.deepEqual(read(await stream(chat, ask(limits, retry))), expected);
    });

  it('cites the lines of the passage, word for word', async () => {
    fake.enqueue(answer('1 MB [1].'));
    const [block] = contentOf(await stream(chat, ask(limits)));
    assert.deepEqual(block?.type === 'text' && block.citations, [
      {
        index: 1,
        uri: 'file:///w/limits.md',
        path: 'limits.md',
        startLine: 5,
        endLine: 7,
        quote: limits.text,
      },
    ]);
  });

  it('keeps its brackets where nothing was given to cite, or a schema is to be followed', async () => {
    fake.enqueue(answer('See [1].'), answer('{"a":[1]}'));
    assert.deepEqual(read(await stream(chat, ask())), ['See [1].', []]);
    const outputSchema = {
      type: 'object',
      properties: { a: { type: 'array', items: { type: 'number' } } },
      required: ['a'],
      additionalProperties: false,
    };
    assert.deepEqual(read(await stream(chat, { ...ask(limits), outputSchema })), ['{"a":[1]}', []]);
    assert.doesNotMatch(JSON.stringify(fake.requests.at(-1)?.body), /numbered \[1\]/);
  });

  it('is the same however it is cut, and loses no letter of code', async () => {
    const part = fc.constantFrom(
      '[1]',
      '[2]',
      '[9]',
      '[1, 2]',
      ' ',
      'a',
      '`',
      '```\n',
      '~~~',
      '\n',
      '(',
      '[',
      ']',
      ':',
      '\\',
      '1',
      '[31]',
      'b[1]',
    );
    const told = async (texts: readonly string[]) => {
      async function* events(): AsyncGenerator<ProviderEvent> {
        for (const text of texts) yield { type: 'text', block: 0, text };
        yield { type: 'aborted' };
      }
      const all: ProviderEvent[] = [];
      for await (const event of cited(events(), [limits, retry])) all.push(event);
      return read(all);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 25 }), async (parts) => {
        const whole = parts.join('');
        const expected = await told([whole]);
        assert.deepEqual(await told([...whole]), expected);
        assert.deepEqual(await told(parts), expected);
        // Of what the model wrote, only numbers and the blanks before them are taken away.
        const bare = (text: string) => text.replace(/\[[\d, ]+\]|[①②]|[ \t]/g, '');
        assert.equal(bare(expected[0]), bare(whole));
      }),
      { numRuns: 300 },
    );
  });
});
