import assert from 'node:assert/strict';
import type Anthropic from '@anthropic-ai/sdk';
import { Answer } from '../../../../../src/core/answer.ts';
import type { ProviderEvent, QuotedPassage } from '../../../../../src/core/providers/provider.ts';
import type { ScriptedBlock } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { type Claude, claudeAt, stream } from './claude.ts';

const passage = (path: string, startLine: number, text: string): QuotedPassage => ({
  type: 'passage',
  place: { uri: `file:///w/${path}`, path, startLine, endLine: startLine + text.split('\n').length - 1 },
  text,
});
const limits = passage('limits.md', 5, 'Bodies are bounded.\n\nThe bound is 1 MB.');
const retry = passage('src/retry.ts', 1, 'export const waits = [1, 2, 4];');
const ask = (...passages: QuotedPassage[]) => ({
  messages: [
    { role: 'user' as const, content: [...passages, { type: 'text' as const, text: 'What is the bound?' }] },
  ],
});

const cites = (result: number, from: number, to: number): Anthropic.TextCitation => ({
  type: 'search_result_location',
  cited_text: 'whatever the API says',
  search_result_index: result,
  source: 's',
  title: null,
  start_block_index: from,
  end_block_index: to,
});
const text = (words: string, ...citations: Anthropic.TextCitation[]): ScriptedBlock => ({
  type: 'text',
  deltas: [words],
  ...(citations.length > 0 ? { citations } : {}),
});

function contentOf(events: readonly ProviderEvent[]) {
  const made = new Answer();
  for (const event of events) made.take(event);
  return made.content();
}

describe('An answer of Claude about passages of the workspace', () => {
  let fake: FakeAnthropic;
  let claude: Claude;
  before(async () => {
    fake = await startFakeAnthropic();
    claude = claudeAt(fake);
  });
  after(() => fake.close());

  const answered = async (passages: QuotedPassage[], ...blocks: ScriptedBlock[]) => {
    fake.enqueue({ kind: 'answer', blocks });
    return contentOf(await stream(claude, ask(...passages)));
  };

  it('can cite each of them, and learns nothing of where the folder lies', async () => {
    await answered([limits, retry], text('1 MB.'));
    const body = fake.requests.at(-1)?.body;
    const sent = JSON.stringify(body);
    assert.doesNotMatch(sent, /file:/);
    assert.match(
      sent,
      /"title":"limits.md, lines 5-7","content":\[\{"type":"text","text":"Bodies are bounded/,
    );
    assert.equal(sent.match(/"citations":\{"enabled":true\}/g)?.length, 2);
  });

  it('is one text, with a mark behind each stretch that cites, and its lines', async () => {
    const content = await answered(
      [limits, retry],
      text('The bound is '),
      text('1 MB', cites(0, 1, 2)),
      text(', and '),
      text('the waits double', cites(1, 0, 1), cites(0, 0, 2)),
      text('.'),
    );
    assert.deepEqual(content, [
      {
        type: 'text',
        text: 'The bound is 1 MB①, and the waits double②③.',
        citations: [
          {
            index: 1,
            uri: 'file:///w/limits.md',
            path: 'limits.md',
            startLine: 7,
            endLine: 7,
            quote: 'The bound is 1 MB.',
          },
          {
            index: 2,
            uri: 'file:///w/src/retry.ts',
            path: 'src/retry.ts',
            startLine: 1,
            endLine: 1,
            quote: retry.text,
          },
          {
            index: 3,
            uri: 'file:///w/limits.md',
            path: 'limits.md',
            startLine: 5,
            endLine: 7,
            quote: limits.text,
          },
        ],
      },
    ]);
  });

  const check = (name: string, blocks: ScriptedBlock[], expected: string[]) =>
    it(name, async () =>
      assert.deepEqual(
        (await answered([limits], ...blocks)).flatMap((block) => (block.type === 'text' ? [block.text] : [])),
        expected,
      ),
    );

  check(
    'names a place that is cited twice by one mark',
    [text('1 MB', cites(0, 1, 2)), text(' is '), text('the bound.', cites(0, 1, 2))],
    ['1 MB① is the bound.①'],
  );
  check(
    'has its marks before the end of a paragraph',
    [text('It is 1 MB.\n\n', cites(0, 1, 2)), text('Next.')],
    ['It is 1 MB.①\n\nNext.'],
  );
  check(
    'does not break the end of a code block',
    [text('```\n1\n```', cites(0, 1, 2))],
    ['```\n1\n```\n\n①'],
  );
  check('passes over a citation of what was not sent', [text('1 MB.', cites(7, 0, 1))], ['1 MB.']);
  check('passes over a citation of lines that are not there', [text('1 MB.', cites(0, 5, 9))], ['1 MB.']);

  it('is as the model made its blocks where nothing can be cited', async () =>
    assert.deepEqual(await answered([], text('One. '), text('Two.')), [
      { type: 'text', text: 'One. ' },
      { type: 'text', text: 'Two.' },
    ]));
});
