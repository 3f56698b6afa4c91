import assert from 'node:assert/strict';
import { entry } from '../../../src/protocol/entries.ts';

const id = '00000000-0000-4000-8000-000000000001';
const common = { id, parentId: null, seq: 1, at: 1, door: 'panel' };

const used = {
  inputTokens: 1,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheCreation1hTokens: 1,
  cacheReadTokens: 4,
};

/** One entry of every kind with every field, also of kinds that nothing writes yet. */
const samples = [
  {
    ...common,
    client: 'script',
    kind: 'user',
    turnId: id,
    content: [
      { type: 'text', text: 'Why?' },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
        title: 'Manual',
      },
    ],
    attachments: [
      {
        kind: 'selection',
        uri: 'file:///a',
        path: 'a',
        startLine: 1,
        endLine: 2,
        text: 't',
        languageId: 'ts',
      },
    ],
    grounding: 'workspace',
  },
  {
    ...common,
    kind: 'assistant',
    turnId: id,
    provider: 'anthropic',
    model: 'm',
    content: [
      { type: 'thinking', thinking: 'Hm', signature: 's' },
      { type: 'redacted_thinking', data: 'd' },
      {
        type: 'text',
        text: 'So.',
        citations: [{ index: 1, uri: 'file:///a', path: 'a', startLine: 1, endLine: 1, quote: 'q' }],
      },
      { type: 'tool_use', id: 't', name: 'read', input: { path: 'a' } },
    ],
    outcome: 'failed',
    stopReason: 'refusal',
    error: { code: 'overloaded', message: 'm', action: 'retry', retryAfterMs: 5 },
    usage: used,
    costUsd: 0.5,
    report: {
      model: 'm',
      window: 10,
      outputReserve: 1,
      budget: 8,
      segments: [{ kind: 'input', label: 'l', tokens: 1, reason: 'r', entryIds: [id], text: 't' }],
      omitted: [{ label: 'l', tokens: 1, reason: 'r' }],
    },
  },
  {
    ...common,
    kind: 'tool_result',
    turnId: id,
    results: [
      { type: 'tool_result', tool_use_id: 't', content: [{ type: 'text', text: 'x' }], is_error: true },
    ],
  },
  {
    ...common,
    kind: 'frame',
    covers: { fromId: id, toId: id },
    method: 'extractive',
    model: 'm',
    replacesId: id,
    active: true,
    body: {
      goals: ['g'],
      decisions: [{ what: 'w', why: 'y' }],
      facts: ['f'],
      entities: [{ name: 'n', note: 'o' }],
      files: [{ path: 'p', state: 's', symbols: ['x'] }],
      failed: ['a'],
      openSteps: ['o'],
      preferences: ['p'],
    },
  },
  {
    ...common,
    kind: 'directive',
    directiveId: id,
    text: 'always',
    state: 'confirmed',
    sourceId: id,
    supersedesId: id,
  },
  {
    ...common,
    kind: 'task',
    taskId: id,
    title: 't',
    state: 'open',
    steps: [{ text: 's', state: 'awaited' }],
  },
  { ...common, kind: 'title', title: 'Mine' },
  { ...common, kind: 'model', provider: 'anthropic', model: 'm' },
  { ...common, kind: 'profile', name: 'tutor' },
  { ...common, kind: 'rewind' },
];

describe('An entry', () => {
  for (const sample of samples) {
    it(`of the kind ${sample.kind} is kept with everything it has`, () =>
      assert.deepEqual(entry.parse(JSON.parse(JSON.stringify(sample))), sample));
  }

  it('of every kind there is has its sample here', () =>
    assert.deepEqual(
      samples.map(({ kind }) => kind),
      entry.options.map(({ shape }) => shape.kind.value),
    ));

  const wrong: { name: string; value: object }[] = [
    { name: 'a kind of a later version', value: { ...common, kind: 'dream' } },
    { name: 'no place in the log', value: { ...common, seq: 0, kind: 'rewind' } },
    { name: 'an id that is none', value: { ...common, id: 'x', kind: 'rewind' } },
    { name: 'no title', value: { ...common, kind: 'title', title: '' } },
    { name: 'a cost below zero', value: { ...samples[1], costUsd: -1 } },
    { name: 'half a token', value: { ...samples[1], usage: { ...used, outputTokens: 0.5 } } },
    { name: 'a tool result without results', value: { ...samples[2], results: [] } },
  ];
  for (const { name, value } of wrong) {
    it(`with ${name} is none`, () => assert.equal(entry.safeParse(value).success, false));
  }
});
