/** Writes an answer as the API's stream of events; source: https://platform.claude.com/docs/en/build-with-claude/streaming. */
import type { ServerResponse } from 'node:http';
import type Anthropic from '@anthropic-ai/sdk';
import { deltasOf, emptyBlock } from './blocks.ts';
import { errorBody } from './errors.ts';
import type { Gate } from './gate.ts';
import { type AnswerContext, messageOf, outputTokens, stopFields, unstopped } from './reply.ts';
import { blocksOfBehaviour, type StreamedBehaviour } from './script.ts';

type StreamEvent =
  | Anthropic.RawMessageStreamEvent
  | Anthropic.Beta.BetaRawMessageStreamEvent
  | ReturnType<typeof errorBody>
  | { type: 'ping' };

/** The block of a summary, which comes before the answer. */
const compaction: Anthropic.Beta.BetaRawMessageStreamEvent[] = [
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'compaction', content: null, encrypted_content: null },
  },
  {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'compaction_delta', content: 'Summary of the conversation.', encrypted_content: 'opaque' },
  },
  { type: 'content_block_stop', index: 0 },
];
/** Output tokens of that summary. */
const summaryTokens = 5;

const iterationsOf = ({ usage }: AnswerContext) => [
  { type: 'compaction' as const, ...usage, output_tokens: summaryTokens },
];

export async function streamAnswer(
  response: ServerResponse,
  context: AnswerContext,
  behaviour: StreamedBehaviour,
  gate: Gate,
): Promise<void> {
  const send = (event: StreamEvent) =>
    write(
      response,
      `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      behaviour.sliceBytes ?? Number.POSITIVE_INFINITY,
    );
  const ping = async () => {
    if (behaviour.pings) await send({ type: 'ping' });
  };
  const whole = behaviour.kind === 'answer' || behaviour.kind === 'drip';
  const blocks = blocksOfBehaviour(behaviour);
  const start = { output_tokens: 1, output_tokens_details: null };
  await send({ type: 'message_start', message: messageOf(context, [], unstopped, start) });
  await ping();
  const first = context.compacts ? 1 : 0;
  if (context.compacts) for (const event of compaction) await send(event);
  for (const [place, block] of blocks.entries()) {
    const index = first + place;
    await send({ type: 'content_block_start', index, content_block: emptyBlock(block) });
    for (const delta of deltasOf(block)) {
      if (behaviour.gated) await gate.pass();
      if (response.destroyed) return;
      await send({ type: 'content_block_delta', index, delta });
      await ping();
    }
    // The block in which the stream breaks off has no end.
    if (whole || place < blocks.length - 1) await send({ type: 'content_block_stop', index });
  }
  switch (behaviour.kind) {
    case 'error_in_stream':
      await send(errorBody(behaviour.status, behaviour.message ?? 'Overloaded', context.requestId));
      response.end();
      return;
    case 'disconnect':
      // A comment is written last and flushed, so that the client has read the content when the socket breaks.
      await flushed(response, Buffer.from(': cut\n\n'));
      response.destroy();
      return;
    case 'truncate':
      response.end();
      return;
    case 'stall':
      return;
    case 'answer':
    case 'drip': {
      const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens } = context.usage;
      await send({
        type: 'message_delta',
        delta: { ...stopFields(behaviour), container: null },
        usage: {
          input_tokens,
          cache_creation_input_tokens,
          cache_read_input_tokens,
          ...outputTokens(blocks, context.factor),
          server_tool_use: null,
          ...(context.compacts ? { iterations: iterationsOf(context) } : {}),
        },
        ...(context.applied === undefined ? {} : { context_management: { applied_edits: context.applied } }),
      });
      await send({ type: 'message_stop' });
      response.end();
      return;
    }
    default:
      behaviour satisfies never;
  }
}

/** Writes in slices and waits for a slow reader, so that the fake holds no more of a large answer than a socket does. */
async function write(response: ServerResponse, text: string, sliceBytes: number): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    if (response.destroyed) return;
    const slice = bytes.subarray(at, at + sliceBytes);
    if (slice.length < bytes.length) await flushed(response, slice);
    else if (!response.write(slice)) await drained(response);
  }
}

/** Writes and waits until the bytes have left, so that each slice is a packet of its own. */
const flushed = (response: ServerResponse, slice: Buffer): Promise<void> =>
  new Promise((resolve) => {
    response.write(slice, () => resolve());
  });

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
