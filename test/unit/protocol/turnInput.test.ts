import assert from 'node:assert/strict';
import { maxInputLength, turnInput } from '../../../src/protocol/turnInput.ts';

const least = { text: 'Why?', door: 'panel' };
const attachment = { kind: 'file', uri: 'file:///a.ts', path: 'a.ts', text: 'x' };
const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

const cases: { name: string; input: object; wrong?: string }[] = [
  { name: 'a text alone', input: least },
  { name: 'an empty text, which the engine answers in its own words', input: { ...least, text: '' } },
  { name: 'a text of the greatest length', input: { ...least, text: 'x'.repeat(maxInputLength) } },
  { name: 'a longer text', input: { ...least, text: 'x'.repeat(maxInputLength + 1) }, wrong: 'text' },
  { name: 'no text', input: { door: 'panel' }, wrong: 'text' },
  { name: 'a door that is none', input: { ...least, door: 'window' }, wrong: 'door' },
  { name: 'a picture', input: { ...least, media: [picture] } },
  {
    name: 'a picture of a kind the API does not take',
    input: { ...least, media: [{ ...picture, source: { ...picture.source, media_type: 'image/tiff' } }] },
    wrong: 'media.0.source.media_type',
  },
  {
    name: 'a picture that is not base64',
    input: { ...least, media: [{ ...picture, source: { ...picture.source, data: '<svg>' } }] },
    wrong: 'media.0.source.data',
  },
  {
    name: 'a picture by its address, which would be fetched',
    input: {
      ...least,
      media: [{ type: 'image', source: { type: 'url', url: 'https://evil.example/x.png' } }],
    },
    wrong: 'media.0.source.type',
  },
  { name: 'an attachment', input: { ...least, attachments: [attachment] } },
  {
    name: 'an attachment from line 0',
    input: { ...least, attachments: [{ ...attachment, startLine: 0 }] },
    wrong: 'attachments.0.startLine',
  },
  {
    name: '201 attachments',
    input: { ...least, attachments: Array(201).fill(attachment) },
    wrong: 'attachments',
  },
  { name: 'the root as the place of the input', input: { ...least, parentId: null } },
  { name: 'an entry as the place of the input', input: { ...least, parentId: crypto.randomUUID() } },
  { name: 'a place that is no id', input: { ...least, parentId: 'first' }, wrong: 'parentId' },
  { name: 'a way of grounding that is none', input: { ...least, grounding: 'web' }, wrong: 'grounding' },
];

describe('A turn input', () => {
  for (const { name, input, wrong } of cases) {
    it(`${wrong === undefined ? 'takes' : `names ${wrong} as wrong in`} ${name}`, () => {
      const parsed = turnInput.safeParse(input);
      assert.equal(parsed.error?.issues[0]?.path.map(String).join('.'), wrong);
      if (parsed.success) assert.deepEqual(parsed.data, input);
    });
  }
});
