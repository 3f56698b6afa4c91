import assert from 'node:assert/strict';
import { type AssemblyInput, assemble } from '../../../../src/core/context/assembler.ts';
import { unitsOf } from '../../../../src/core/context/conversation.ts';
import { documentUnits } from '../../../../src/core/context/keptDocuments.ts';
import { render } from '../../../../src/core/context/render.ts';
import { mostMediaBytes } from '../../../../src/core/workspace/media.ts';
import type { Entry, UserEntry } from '../../../../src/protocol/entries.ts';
import { contextReport } from '../../../../src/protocol/report.ts';
import { idAt } from './logs.ts';

const mega = 1024 * 1024;
/** As many characters as a file of that many bytes has in base64. */
const base64 = (bytes: number): string => 'A'.repeat(Math.ceil(bytes / 3) * 4);

const said = (place: number, bytes: number): UserEntry => ({
  kind: 'user',
  id: idAt(place),
  parentId: null,
  seq: place,
  at: 0,
  door: 'cli',
  turnId: idAt(place + 500),
  grounding: 'off',
  content: [
    ...(bytes === 0
      ? []
      : [
          {
            type: 'document' as const,
            source: {
              type: 'base64' as const,
              media_type: 'application/pdf' as const,
              data: base64(bytes),
            },
            title: `${place}.pdf`,
          },
        ]),
    { type: 'text', text: 'And?' },
  ],
});

interface Given {
  documents?: number[];
  conversation?: number[];
  input?: number;
  limit?: number;
}

/** A request with so many bytes in its parts; each unit costs ten tokens of a thousand, four without its document. */
function assembled(given: Given) {
  const { documents = [], conversation = [] } = given;
  const kept = documents.map((bytes, place) => said(place + 1, bytes));
  const told = conversation.map((bytes, place) => said(place + 100, bytes));
  const asked = said(900, given.input ?? 0);
  const entries = new Map<string, Entry>([...kept, ...told, asked].map((entry) => [entry.id, entry]));
  const input: AssemblyInput = {
    model: 'anthropic/m',
    budget: { window: 1_000, outputReserve: 0, total: 1_000 },
    thinking: false,
    tools: undefined,
    system: [],
    directives: [],
    frames: [],
    documents: documentUnits(kept).map((unit) => ({ ...unit, tokens: 10 })),
    conversation: unitsOf(told).map((unit) => ({ ...unit, tokens: 10, bareTokens: 4 })),
    conversationTokens: 900,
    olderOmitted: false,
    tasks: [],
    recalled: [],
    grounding: [],
    ...(given.limit === undefined ? {} : { mediaBytes: given.limit }),
    excluded: [],
    missing: [],
    input: { entryId: asked.id, tokens: 10 },
    turn: [],
    entryOf: (id) => entries.get(id),
  };
  return { ...assemble(input), entryOf: input.entryOf };
}

/** What is left out beside an input, by label. */
const check = (given: Given): string[] =>
  assembled(given).report.omitted.map(({ label, reason }) => `${label}: ${reason}`);

/** The blocks of the messages, each document by its title. */
const sent = (given: Given): string[] =>
  assembled(given).messages.flatMap(({ content }) =>
    content.map((block) =>
      block.type === 'text' ? block.text : block.type === 'document' ? (block.title ?? '') : block.type,
    ),
  );

const why = 'Pictures and documents of one request may have 20.0 MB together; newer ones came first.';

describe('The bytes of pictures and documents', () => {
  it('of the largest file that may be attached fit into a request', () =>
    assert.deepEqual(check({ input: mostMediaBytes('application/pdf') }), []));

  it('leave out the oldest documents that a profile keeps, which the report says', () => {
    assert.deepEqual(check({ documents: [14 * mega, 14 * mega] }), [`1.pdf: ${why}`]);
    assert.deepEqual(check({ documents: [14 * mega, 9 * mega, 9 * mega] }), [`1.pdf: ${why}`]);
    assert.deepEqual(check({ documents: [4 * mega, 14 * mega, 5 * mega] }), [`1.pdf: ${why}`]);
    assert.deepEqual(check({ documents: [9 * mega], input: 14 * mega }), [`1.pdf: ${why}`]);
  });

  it('that are too many leave words in their places, and what was said with and before them is sent', () => {
    const one = `Pictures and documents of 1 earlier message: ${why} What was said with them is sent.`;
    const many = [0, 14 * mega, 0, 14 * mega, 3 * mega];
    assert.deepEqual(check({ conversation: many }), [one]);
    const words = '[a document that was sent before]';
    assert.deepEqual(sent({ conversation: many }), [
      ...['And?', words, 'And?', 'And?', '103.pdf', 'And?', '104.pdf', 'And?'],
      'And?',
    ]);
    assert.deepEqual(check({ conversation: [0, 14 * mega, 0], input: 14 * mega }), [one]);
    assert.deepEqual(check({ conversation: [14 * mega, 0], documents: [14 * mega] }), [one]);
  });

  it('leave the conversation as text where a server refuses every document', () => {
    const words = '[a document that was sent before]';
    assert.deepEqual(sent({ conversation: [0, mega, mega], limit: 0 }), [
      ...['And?', words, 'And?', words, 'And?'],
      'And?',
    ]);
    assert.deepEqual(check({ conversation: [0, mega, mega], limit: 0 }), [
      `Pictures and documents of 2 earlier messages: ${why} What was said with them is sent.`,
    ]);
  });

  it('that were left out are so in the request which the stored report gives back', () => {
    const { report, messages, tools, system, entryOf } = assembled({ conversation: [14 * mega, 14 * mega] });
    const stored = contextReport.parse(JSON.parse(JSON.stringify(report)));
    assert.deepEqual(render(stored.segments, entryOf), { messages, tools, system });
    const tokens = stored.segments.filter(({ kind }) => kind === 'conversation').map((one) => one.tokens);
    assert.deepEqual([tokens, stored.omitted.map((one) => one.tokens)], [[4, 10], [6]]);
  });

  it('are fewer where a server takes fewer', () =>
    assert.deepEqual(check({ documents: [3_000, 3_000], limit: 5_000 }), [`1.pdf: ${why}`]));

  it('of an input alone are told with their size where they are too many', () =>
    assert.throws(() => check({ input: 21 * mega }), {
      code: 'attachments_too_large',
      message: /have 21\.0 MB together; one request takes at most 20\.0 MB/,
    }));
});
