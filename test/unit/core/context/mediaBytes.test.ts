import assert from 'node:assert/strict';
import { type AssemblyInput, assemble } from '../../../../src/core/context/assembler.ts';
import { unitsOf } from '../../../../src/core/context/conversation.ts';
import { documentUnits } from '../../../../src/core/context/keptDocuments.ts';
import { mostMediaBytes } from '../../../../src/core/workspace/media.ts';
import type { Entry, UserEntry } from '../../../../src/protocol/entries.ts';
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

/** What is left out beside an input, by label; each unit costs ten tokens of a thousand. */
function check(given: { documents?: number[]; conversation?: number[]; input?: number; limit?: number }) {
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
    conversation: unitsOf(told).map((unit) => ({ ...unit, tokens: 10 })),
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
  return assemble(input).report.omitted.map(({ label, reason }) => `${label}: ${reason}`);
}

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

  it('end the conversation where they are too many, as too many tokens do', () => {
    const reason = `${why} They stay in the session and can be searched.`;
    assert.deepEqual(check({ conversation: [14 * mega, 14 * mega] }), [`1 older turn: ${reason}`]);
    assert.deepEqual(check({ conversation: [0, 14 * mega, 0], input: 14 * mega }), [
      `2 older turns: ${reason}`,
    ]);
    assert.deepEqual(check({ conversation: [14 * mega, 0], documents: [14 * mega] }), [
      `1 older turn: ${reason}`,
    ]);
  });

  it('are fewer where a server takes fewer', () =>
    assert.deepEqual(check({ documents: [3_000, 3_000], limit: 5_000 }), [`1.pdf: ${why}`]));

  it('of an input alone are told with their size where they are too many', () =>
    assert.throws(() => check({ input: 21 * mega }), {
      code: 'attachments_too_large',
      message: /have 21\.0 MB together; one request takes at most 20\.0 MB/,
    }));
});
