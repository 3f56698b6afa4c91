/** The parts of an answer without a stream that the user's transforms may change, and the answer with them changed. Pure. */
import { z } from 'zod';
import type { AnswerPart } from '../../core/relay.ts';

/** The parts, and how to put others in their place. */
export interface ChangeableAnswer {
  parts: AnswerPart[];
  with(parts: readonly AnswerPart[]): Buffer;
}

const input = z.record(z.string(), z.unknown());
const message = z.looseObject({ content: z.array(z.looseObject({ type: z.string() })) });
const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const callBlock = z.looseObject({ type: z.literal('tool_use'), name: z.string(), input });
const call = z.looseObject({ function: z.looseObject({ name: z.string(), arguments: z.string() }) });
const completion = z.looseObject({
  choices: z.array(
    z.looseObject({
      message: z.looseObject({
        content: z.string().nullish(),
        tool_calls: z.array(call).nullish(),
      }),
    }),
  ),
});

/** Throws for what is no such answer. */
export function wholeMessage(bytes: Buffer): ChangeableAnswer {
  const answer = message.parse(JSON.parse(bytes.toString('utf8')));
  const parts: AnswerPart[] = [];
  const places: number[] = [];
  for (const [at, block] of answer.content.entries()) {
    const text = textBlock.safeParse(block).data;
    const use = callBlock.safeParse(block).data;
    if (text) parts.push({ type: 'text', text: text.text });
    else if (use) parts.push({ type: 'tool_use', name: use.name, input: use.input });
    else continue;
    places.push(at);
  }
  return {
    parts,
    with: (changed) =>
      asJson({
        ...answer,
        content: answer.content.map((block, at) => {
          const part = changed[places.indexOf(at)];
          if (part?.type === 'text') return { ...block, text: part.text };
          return part?.type === 'tool_use' ? { ...block, input: part.input } : block;
        }),
      }),
  };
}

/** Throws for what is no such answer. */
export function wholeCompletion(bytes: Buffer): ChangeableAnswer {
  const answer = completion.parse(JSON.parse(bytes.toString('utf8')));
  const parts: AnswerPart[] = [];
  for (const { message: said } of answer.choices) {
    if (said.content) parts.push({ type: 'text', text: said.content });
    for (const one of said.tool_calls ?? []) {
      const given = argumentsOf(one.function.arguments);
      if (given) parts.push({ type: 'tool_use', name: one.function.name, input: given });
    }
  }
  return {
    parts,
    with(changed) {
      const left = [...changed];
      const choices = answer.choices.map((choice) => {
        const { content, tool_calls: calls } = choice.message;
        const text = content ? left.shift() : undefined;
        return {
          ...choice,
          message: {
            ...choice.message,
            ...(text?.type === 'text' ? { content: text.text } : {}),
            ...(calls ? { tool_calls: calls.map((one) => withArguments(one, left)) } : {}),
          },
        };
      });
      return asJson({ ...answer, choices });
    },
  };
}

function withArguments(one: z.infer<typeof call>, left: AnswerPart[]): z.infer<typeof call> {
  const part = argumentsOf(one.function.arguments) ? left.shift() : undefined;
  if (part?.type !== 'tool_use') return one;
  return { ...one, function: { ...one.function, arguments: JSON.stringify(part.input) } };
}

/** Undefined for what a model wrote that is no object. */
export function argumentsOf(text: string): Record<string, unknown> | undefined {
  try {
    return input.safeParse(JSON.parse(text === '' ? '{}' : text)).data;
  } catch {
    return undefined;
  }
}

const asJson = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
