/** What is sent and answered when relays are measured. */

export const model = 'claude-opus-5-5';
/** Asks the upstream for the pace of a model; by the model, since not every relay passes on anything else, and one whose price is known. */
export const pacedModel = 'claude-sonnet-5';

/** The body of a request; `characters` of prompt. */
export const requestBody = (characters: number, stream: boolean, asked = model): string =>
  JSON.stringify({
    model: asked,
    max_tokens: 1024,
    ...(stream ? { stream: true } : {}),
    messages: [
      { role: 'user', content: 'Why is it flaky? '.repeat(Math.ceil(characters / 17)).slice(0, characters) },
    ],
  });

const usage = {
  input_tokens: 25,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 42,
  service_tier: 'standard',
};
const message = {
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  model,
  content: [{ type: 'text', text: 'The timer is created before the clock is faked. '.repeat(6) }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
};

export const answerBody = JSON.stringify(message);

const event = (data: { type: string; [field: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const delta = event({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'The timer is created before ' },
});

/** The events of a stream: its start, twenty deltas, and its end. */
export const streamStart =
  event({ type: 'message_start', message: { ...message, content: [], stop_reason: null } }) +
  event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
export const streamDeltas: readonly string[] = Array.from({ length: 20 }, () => delta);
export const streamEnd =
  event({ type: 'content_block_stop', index: 0 }) +
  event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }) +
  event({ type: 'message_stop' });
