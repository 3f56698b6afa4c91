import assert from 'node:assert/strict';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { reportText } from '../../../../src/core/context/reportText.ts';
import type { Entry } from '../../../../src/protocol/entries.ts';
import type { ContextReport } from '../../../../src/protocol/report.ts';

const report = (parts: Partial<ContextReport>): ContextReport => ({
  model: 'claude-test',
  window: 200_000,
  outputReserve: 8_000,
  budget: 180_000,
  segments: [],
  omitted: [],
  ...parts,
});
const none = () => undefined;

/** What a reader of Markdown sees: the texts of code blocks and the headings. */
function read(markdown: string): { code: string[]; headings: string[]; rows: number } {
  const tokens = new MarkdownIt().parse(markdown, {});
  return {
    code: tokens.filter(({ type }) => type === 'fence').map(({ content }) => content),
    headings: tokens.flatMap(({ type }, at) =>
      type === 'heading_open' ? (tokens[at + 1]?.content ?? '') : [],
    ),
    rows: tokens.filter(({ type }) => type === 'tr_open').length,
  };
}

describe('A context report for people', () => {
  it('says what was sent, what the API counted, and what was left out', () => {
    const text = reportText(
      report({
        segments: [
          {
            kind: 'system',
            label: 'System prompt',
            tokens: 1_200,
            reason: 'Always sent.',
            text: 'Be brief.',
          },
        ],
        omitted: [{ label: 'big.ts', tokens: 90_000, reason: 'It did not fit.' }],
      }),
      { inputTokens: 10, cacheCreationTokens: 20, cacheReadTokens: 1_000, outputTokens: 5 },
      none,
    );
    assert.match(text, /About 1,200 tokens of a budget of 180,000/);
    assert.match(
      text,
      /counted 1,030 tokens of input \(1,000 read from the cache, 20 written to it\) and 5 of output/,
    );
    assert.match(text, /\| big\.ts \| 90,000 \| It did not fit\. \|/);
    assert.deepEqual(read(text).code, ['Be brief.\n']);
  });

  it('shows what transforms sent instead, what they took out, and where more was sent than is kept', () => {
    const text = reportText(
      report({
        transformed: {
          files: ['10-names.mjs', '20-cut.mjs'],
          parts: [
            { place: 'message 1 (user)', text: 'Who is PERSON-1? ```' },
            { place: 'message 2 (user)', text: '' },
            { place: 'tools', text: '[', cut: true },
          ],
        },
      }),
      undefined,
      none,
    );
    assert.deepEqual(read(text).code, ['Who is PERSON-1? ```\n', '[\n']);
    assert.match(
      text,
      /By 10-names\.mjs, 20-cut\.mjs\.[\s\S]*Taken out\.[\s\S]*More was sent than is kept here\./,
    );
  });

  it('shows the words of the entries that a part names', () => {
    const user: Entry = {
      id: crypto.randomUUID(),
      parentId: null,
      seq: 1,
      at: 0,
      door: 'panel',
      kind: 'user',
      turnId: crypto.randomUUID(),
      content: [{ type: 'text', text: 'Why?' }],
      grounding: 'off',
    };
    const segment = {
      kind: 'conversation' as const,
      label: 'Conversation',
      tokens: 1,
      reason: 'r',
      entryIds: [user.id, 'gone'],
    };
    const text = reportText(report({ segments: [segment] }), undefined, (id) =>
      id === user.id ? user : undefined,
    );
    assert.deepEqual(read(text).code, ['[user]\nWhy?\n']);
  });

  const hostile = [
    '```',
    '~~~',
    '\n````\n# Not a heading',
    '`````text',
    '\r```\r',
    '    ```',
    '```\n\n| a |\n| --- |',
  ];
  for (const text of hostile) {
    it(`keeps ${JSON.stringify(text)} within its block`, () => {
      const segment = { kind: 'grounding' as const, label: 'a.ts', tokens: 1, reason: 'r', text };
      const seen = read(
        reportText(report({ segments: [segment, { ...segment, text: 'next' }] }), undefined, none),
      );
      assert.equal(seen.code.length, 2);
      assert.equal(seen.code[1], 'next\n');
      assert.deepEqual(seen.headings, ['What was sent to claude-test', 'a.ts', 'a.ts']);
    });
  }

  it('keeps any text and any name where they belong', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('`', '```', '~~~', '\n', '\r', '\r\n', '#', '|', '---', ' ', 'a', '>'), {
          maxLength: 20,
        }),
        fc.array(fc.constantFrom('\n', '\r', '|', '#', 'a', '```', '- '), { maxLength: 8 }),
        (textParts, labelParts) => {
          const text = `x${textParts.join('')}`;
          const label = `x${labelParts.join('')}`;
          const segment = { kind: 'grounding' as const, label, tokens: 1, reason: label, text };
          const seen = read(
            reportText(
              report({ segments: [segment, segment], omitted: [{ label, tokens: 1, reason: label }] }),
              undefined,
              none,
            ),
          );
          // markdown-it reads each kind of line break as one of its own.
          const shown = `${text}\n`.replace(/\r\n?/g, '\n');
          assert.deepEqual(seen.code, [shown, shown]);
          assert.equal(seen.headings.length, 4);
          assert.equal(seen.rows, 5);
        },
      ),
    ));
});
