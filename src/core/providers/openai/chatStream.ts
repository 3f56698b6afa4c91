/**
 * From the chunks of a chat completion to provider events. Holds the state of one response; no I/O. Servers differ in
 * small things, so that chunks are read leniently: what is not understood says nothing.
 */
import { z } from 'zod';
import type { StopReason, Usage } from '../../../protocol/content.ts';
import { usageOfChat } from '../../../protocol/wires/openai.ts';
import { noUsage } from '../prices.ts';
import type { ProviderEvent } from '../provider.ts';

const callDelta = z.object({
  index: z.number().nullish(),
  id: z.string().nullish(),
  function: z
    .object({
      name: z.string().nullish(),
      // Some servers send the object itself.
      arguments: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
    })
    .nullish(),
});

const text = z.string().nullish().catch(undefined);
const delta = z.object({
  // Mistral's models that think send a list of parts.
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text }))]).nullish(),
  refusal: text,
  /** What DeepSeek, vLLM and LM Studio call it. */
  reasoning_content: text,
  /** What OpenRouter and Ollama call it. */
  reasoning: text,
  tool_calls: z.array(callDelta).nullish(),
});

const chunkShape = z.object({
  id: text,
  model: text,
  choices: z.array(z.object({ delta: delta.nullish(), finish_reason: z.string().nullish() })).nullish(),
  usage: z.unknown().optional(),
});

const toolInput = z.record(z.string(), z.unknown());

interface Call {
  block: number;
  index: number | undefined;
  id: string;
  name: string;
  json: string;
}

/** Ids every provider takes, so that the session can go on with another. */
const plainId = (id: string): string =>
  id === '' ? `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}` : id.replace(/[^\w-]/g, '_');

export class ChatStream {
  #usage: Usage = noUsage;
  #finish: string | undefined;
  #refused = false;
  #begun = false;
  #blocks = 0;
  /** The block that grows. */
  #open: 'text' | 'thinking' | undefined;
  readonly #calls: Call[] = [];

  /** Whether the reason why it ended has come; only the usage may follow. */
  get finished(): boolean {
    return this.#finish !== undefined;
  }

  *read(value: unknown): Generator<ProviderEvent, void, undefined> {
    const parsed = chunkShape.safeParse(value);
    if (!parsed.success) return;
    const { id, model, choices, usage } = parsed.data;
    if (!this.#begun) {
      this.#begun = true;
      yield { type: 'start', model: model ?? '', ...(id ? { requestId: id } : {}) };
    }
    // One answer is asked for; a gateway that sends more would mix them.
    const [choice] = choices ?? [];
    if (choice?.delta) yield* this.#delta(choice.delta);
    if (choice?.finish_reason) this.#finish = choice.finish_reason;
    if (usage && this.#take(usage)) yield { type: 'usage', usage: this.#usage };
  }

  /** The last events, when the stream is over and `finished`. Calls are told here, when they are whole. */
  *end(): Generator<ProviderEvent, void, undefined> {
    let told = 0;
    for (const { block, id, name, json } of this.#calls) {
      const input = toolInput.safeParse(json.trim() === '' ? {} : parseJson(json));
      // A call cut off by the ceiling has no whole input; it is left out, so that no half call is ever run.
      if (!input.success || name === '') continue;
      told++;
      yield { type: 'tool_use', block, id: plainId(id), name, input: input.data };
    }
    yield { type: 'stop', stopReason: this.#stopReason(told), usage: this.#usage };
  }

  *#delta({
    content,
    refusal,
    reasoning_content,
    reasoning,
    tool_calls,
  }: z.infer<typeof delta>): Generator<ProviderEvent> {
    const thinking = reasoning_content ?? reasoning;
    if (thinking) yield { type: 'thinking', block: this.#blockFor('thinking'), text: thinking };
    const said =
      typeof content === 'string'
        ? content
        : (content ?? []).flatMap((part) => (part.type === 'text' && part.text ? [part.text] : [])).join('');
    if (said) yield { type: 'text', block: this.#blockFor('text'), text: said };
    if (refusal) {
      this.#refused = true;
      yield { type: 'text', block: this.#blockFor('text'), text: refusal };
    }
    for (const call of tool_calls ?? []) this.#call(call);
  }

  #blockFor(kind: 'text' | 'thinking'): number {
    if (this.#open !== kind) {
      this.#open = kind;
      this.#blocks++;
    }
    return this.#blocks - 1;
  }

  /** A server that does not number its calls, or numbers them all alike, tells them apart by their ids. */
  #call({ index, id, function: called }: z.infer<typeof callDelta>): void {
    const last = this.#calls.findLast((one) => index == null || one.index === index);
    const isNew = !last || (id && last.id !== id && called?.name);
    const call = isNew ? this.#newCall(index ?? undefined) : last;
    if (id) call.id = id;
    if (called?.name && call.name === '') call.name = called.name;
    const part = called?.arguments;
    if (typeof part === 'string') call.json += part;
    else if (part) call.json = JSON.stringify(part);
  }

  #newCall(index: number | undefined): Call {
    this.#open = undefined;
    const call = { block: this.#blocks++, index, id: '', name: '', json: '' };
    this.#calls.push(call);
    return call;
  }

  #take(value: unknown): boolean {
    const usage = usageOfChat(value);
    if (usage) this.#usage = usage;
    return usage !== undefined;
  }

  /** Several servers say `stop` though they call tools. */
  #stopReason(calls: number): StopReason {
    if (this.#finish === 'length') return 'max_tokens';
    if (this.#finish === 'content_filter' || this.#refused) return 'refusal';
    return calls > 0 ? 'tool_use' : 'end_turn';
  }
}

const wholeShape = z.looseObject({
  choices: z.array(z.looseObject({ message: z.unknown().optional() })).catch([]),
});

/** An answer without a stream, as the one chunk that would have held all of it. */
export function chunkOf(answer: unknown): unknown {
  const whole = wholeShape.safeParse(answer);
  if (!whole.success) return undefined;
  return {
    ...whole.data,
    choices: whole.data.choices.map(({ message, ...more }) => ({ ...more, delta: message })),
  };
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // Broken JSON is reported by the schema that reads the result.
    return undefined;
  }
}
