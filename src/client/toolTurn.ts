/**
 * A turn whose tools are the program's own. Turns of Causeway's own routes run the assistant's tools in the window; a program
 * that brings its own asks in a session through Anthropic's wire, where calls come back to it and their results are sent.
 */
import { z } from 'zod';
import { brokenOff, tooManyRounds, wireRefusal } from './errors.ts';
import { type Asking, eventsOf, initOf, parseData, type SentAgain } from './http.ts';
import { AnswerBlocks, type SentBlock } from './wireBlocks.ts';

export interface ClientTool {
  name: string;
  description: string;
  /** JSON Schema of the input. */
  inputSchema: Record<string, unknown>;
  /** What the model is told of it; what it throws is told as an error. */
  run(input: Record<string, unknown>): string | Promise<string>;
}

export interface ToolTurnInput {
  /** As on the model wires: a name of Claude's, `PROVIDER/MODEL` or `route/NAME`. */
  model: string;
  text: string;
  tools: readonly ClientTool[];
  system?: string;
  /** Most tokens of each answer. */
  maxTokens?: number;
}

export type ToolTurnEvent =
  | { type: 'text'; text: string }
  | { type: 'tool_call'; id: string; name: string; input: Record<string, unknown> }
  | { type: 'tool_result'; id: string; text: string; isError: boolean }
  /** The last one; `sessionId` is where it was said, `text` the whole of what was. */
  | { type: 'ended'; sessionId: string; stopReason: string; text: string };

/** As many as an answer without a ceiling has on the bridge's other wire. */
const usualTokens = 16_000;
/** As many as a turn of the assistant itself may take: a model that asks on after that goes in circles. */
const mostRounds = 24;
const sessionHeader = 'x-causeway-session';
const event = z.looseObject({
  type: z.string(),
  delta: z.looseObject({ text: z.string().optional(), stop_reason: z.string().nullish() }).optional(),
});

interface Message {
  role: 'user' | 'assistant';
  content: string | object[];
}

/**
 * Asks in a session (`new` for one that begins with it) and answers the calls until the model is done. Leaving the loop or
 * aborting the signal stops it. Throws `BridgeError`.
 */
export async function* toolTurn(
  { post }: Asking,
  session: string,
  { model, text, tools, system, maxTokens = usualTokens }: ToolTurnInput,
  { idempotencyKey, signal }: SentAgain = {},
): AsyncGenerator<ToolTurnEvent, void, undefined> {
  const messages: Message[] = [{ role: 'user', content: text }];
  const request = {
    model,
    max_tokens: maxTokens,
    stream: true,
    tools: tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: inputSchema,
    })),
    ...(system === undefined ? {} : { system }),
  };
  let place = session;
  let said = '';
  for (let round = 1; round <= mostRounds; round++) {
    // Each request of the turn is one of its own to the bridge.
    const key = idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}-${round}` };
    const init = initOf({ ...key, ...(signal === undefined ? {} : { signal }) });
    const answer = await post(
      '/v1/messages',
      { ...request, messages },
      { ...init, headers: { ...init.headers, [sessionHeader]: place } },
    );
    place = answer.headers.get(sessionHeader) ?? place;
    const blocks = new AnswerBlocks();
    let stopReason: string | undefined;
    let isOver = false;
    for await (const one of eventsOf(answer, signal)) {
      const data = parseData(one);
      const read = event.safeParse(data).data;
      if (read?.type === 'error') throw wireRefusal(data);
      blocks.take(data);
      if (read?.type === 'content_block_delta' && read.delta?.text) {
        said += read.delta.text;
        yield { type: 'text', text: read.delta.text };
      }
      stopReason = read?.delta?.stop_reason ?? stopReason;
      isOver ||= read?.type === 'message_stop';
    }
    if (!isOver || stopReason === undefined) throw brokenOff();
    const content = blocks.all();
    const calls = content.filter((block) => block.type === 'tool_use');
    if (stopReason !== 'tool_use' || calls.length === 0) {
      yield { type: 'ended', sessionId: place, stopReason, text: said };
      return;
    }
    const results: object[] = [];
    for (const { id, name, input } of calls) {
      yield { type: 'tool_call', id, name, input };
      const result = await resultOf(tools, name, input);
      signal?.throwIfAborted();
      yield { type: 'tool_result', id, ...result };
      results.push({
        type: 'tool_result',
        tool_use_id: id,
        content: result.text,
        ...(result.isError ? { is_error: true } : {}),
      });
    }
    messages.push({ role: 'assistant', content }, { role: 'user', content: results });
  }
  throw tooManyRounds(mostRounds);
}

type Call = Extract<SentBlock, { type: 'tool_use' }>;

async function resultOf(
  tools: readonly ClientTool[],
  name: string,
  input: Call['input'],
): Promise<{ text: string; isError: boolean }> {
  const tool = tools.find((one) => one.name === name);
  if (!tool) return { text: `There is no tool ${name}.`, isError: true };
  try {
    return { text: await tool.run(input), isError: false };
  } catch (error) {
    return { text: error instanceof Error ? error.message : 'The tool failed.', isError: true };
  }
}
