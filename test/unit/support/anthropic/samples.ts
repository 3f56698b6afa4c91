/** Answers and requests that use each part of the API the fake has. */
import type { Answer, Behaviour, ScriptedBlock } from '../../../support/anthropic/script.ts';
import { answer, toolCall, words } from '../../../support/anthropic/script.ts';
import { model } from './wire.ts';

export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const pdf = Buffer.from('%PDF-1.7\n1 0 obj << /Type /Page >> endobj\n').toString('base64');

export const thinking: ScriptedBlock = {
  type: 'thinking',
  deltas: ['Let me ', 'see.'],
  signature: 'c2lnbmVk',
};
export const redacted: ScriptedBlock = { type: 'redacted_thinking', data: 'aGlkZGVu' };
const cited: ScriptedBlock = {
  type: 'text',
  deltas: words('The sky is blue.'),
  citations: [
    {
      type: 'char_location',
      cited_text: 'blue',
      document_index: 0,
      document_title: 'Sky',
      file_id: null,
      start_char_index: 3,
      end_char_index: 7,
    },
  ],
};

export const answers: { name: string; behaviour: Answer }[] = [
  { name: 'text', behaviour: answer('Because of this.') },
  { name: 'text with pings', behaviour: { ...answer('Because of this.'), pings: true } },
  { name: 'text in odd slices', behaviour: { ...answer('Größe → 日本語 👩‍👩‍👧'), sliceBytes: 7 } },
  { name: 'text with a citation', behaviour: { kind: 'answer', blocks: [cited] } },
  { name: 'a tool call', behaviour: toolCall('toolu_1', 'read', { path: 'ä"\\n.ts', lines: [1, 2] }, 1) },
  { name: 'a tool call without input', behaviour: toolCall('toolu_2', 'list', {}) },
  {
    name: 'thinking, text and a tool call',
    behaviour: {
      ...toolCall('toolu_3', 'read', { path: 'a.ts' }),
      blocks: [
        thinking,
        redacted,
        { type: 'text', deltas: ['I read it.'] },
        { type: 'tool_use', id: 'toolu_3', name: 'read', jsonDeltas: ['{"path"', ':"a.ts"}'] },
      ],
    },
  },
  { name: 'nothing', behaviour: { kind: 'answer', blocks: [] } },
  { name: 'an answer cut at its limit', behaviour: { ...answer('Because'), stopReason: 'max_tokens' } },
  { name: 'a stop sequence', behaviour: { ...answer('A'), stopReason: 'stop_sequence', stopSequence: 'B' } },
  {
    name: 'a refusal',
    behaviour: {
      ...answer('I cannot.'),
      stopReason: 'refusal',
      stopDetails: { type: 'refusal', category: 'cyber', explanation: 'It is about attacks.' },
    },
  },
  { name: 'a paused turn', behaviour: { ...answer('Wait.'), stopReason: 'pause_turn' } },
  { name: 'a full window', behaviour: { ...answer('And'), stopReason: 'model_context_window_exceeded' } },
];

/** Streams that never come to `message_stop`; each lets the client read `half an`. */
export const broken: { name: string; behaviour: Behaviour }[] = [
  { name: 'an overloaded error', behaviour: { kind: 'error_in_stream', text: 'half an', status: 529 } },
  { name: 'a clean end', behaviour: { kind: 'truncate', text: 'half an' } },
  { name: 'a destroyed socket', behaviour: { kind: 'disconnect', text: 'half an' } },
];

const hour = { type: 'ephemeral', ttl: '1h' };
const short = { type: 'ephemeral' };

/** A request that uses everything at once. */
export const rich = () => ({
  model,
  max_tokens: 2_000,
  stream: true,
  system: [
    { type: 'text', text: 'You help.' },
    { type: 'text', text: 'Rules.', cache_control: hour },
  ],
  tools: [
    {
      name: 'read',
      description: 'Reads a file.',
      input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      strict: true,
    },
    { type: 'memory_20250818', name: 'memory', cache_control: hour },
  ],
  tool_choice: { type: 'auto', disable_parallel_tool_use: true },
  thinking: { type: 'adaptive', display: 'summarized' },
  output_config: {
    effort: 'low',
    format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
  },
  metadata: { user_id: 'someone' },
  diagnostics: { previous_message_id: null },
  service_tier: 'auto',
  speed: 'standard',
  stop_sequences: ['END'],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look:', cache_control: short },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        {
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: pdf },
          title: 'A paper',
          context: 'From the library',
          citations: { enabled: false },
        },
        { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Plain.' } },
        { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'One.' }] } },
        {
          type: 'search_result',
          source: 'https://example.com',
          title: 'Found',
          content: [{ type: 'text', text: 'Something.' }],
          citations: { enabled: false },
        },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I read it.', citations: null },
        {
          type: 'tool_use',
          id: 'toolu_1',
          name: 'read',
          input: { path: 'a.ts' },
          caller: { type: 'direct' },
        },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          is_error: false,
          content: [
            { type: 'text', text: 'let a = 1;' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
          ],
        },
        { type: 'text', text: 'And now?' },
      ],
    },
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: [{ type: 'text', text: 'Say.', cache_control: short }] },
  ],
});
