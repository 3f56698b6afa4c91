/** Runs modules one after another over one value, and checks what each gives back. */
import { z } from 'zod';
import { transformFailed } from '../errors.ts';
import type { ActiveTransforms, AnswerPart, TransformAbout, Transformed } from './transforms.ts';

export interface LoadedTransform {
  file: string;
  /** It exports a function of that name. */
  request: boolean;
  answer: boolean;
}

/** Where modules run. */
export interface TransformRunner {
  /**
   * JSON in and out. Rejects with `transform_failed` for a module that throws, takes too long or gives back too much, with
   * `transforms_busy`, and with the reason of the signal as soon as it aborts.
   */
  run(
    file: string,
    step: 'request' | 'answer',
    json: string,
    about: TransformAbout,
    signal?: AbortSignal,
  ): Promise<string>;
}

const answerParts: z.ZodType<AnswerPart[]> = z.array(
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text'), text: z.string() }),
    z.strictObject({
      type: z.literal('tool_use'),
      name: z.string(),
      input: z.record(z.string(), z.unknown()),
    }),
  ]),
);
const answerShape = z.strictObject({ content: answerParts });

export function chainOf(
  loaded: readonly LoadedTransform[],
  mark: string,
  runner: TransformRunner,
): ActiveTransforms {
  const through = async <T>(
    step: 'request' | 'answer',
    given: T,
    schema: z.ZodType<T>,
    about: TransformAbout,
    signal: AbortSignal | undefined,
  ): Promise<Transformed<T>> => {
    let value = given;
    let json = JSON.stringify(given);
    const files: string[] = [];
    for (const { file, [step]: isWanted } of loaded) {
      if (!isWanted) continue;
      const after = await runner.run(file, step, json, about, signal);
      if (after === json) continue;
      const read = schema.safeParse(JSON.parse(after));
      if (!read.success) throw transformFailed(file, step, `gave back ${fault(read.error)}`);
      value = read.data;
      json = after;
      files.push(file);
    }
    return { value, files };
  };
  return {
    mark,
    seesAnswers: loaded.some(({ answer }) => answer),
    request: (value, schema, about, signal) => through('request', value, schema, about, signal),
    async answer(parts, about, signal) {
      const sameParts = answerShape.refine(
        ({ content }) =>
          content.length === parts.length &&
          content.every(
            (part, at) =>
              part.type === parts[at]?.type && (part.type === 'text' || part.name === nameOf(parts[at])),
          ),
        { path: ['content'], error: 'other parts than it was given' },
      );
      return (await through('answer', { content: parts }, sameParts, about, signal)).value.content;
    },
  };
}

const nameOf = (part: AnswerPart | undefined): string | undefined =>
  part?.type === 'tool_use' ? part.name : undefined;

/** Names the place, never what stands there. */
function fault({ issues: [first] }: z.ZodError): string {
  if (!first) return 'something else than it was given';
  if (first.code === 'custom') return first.message;
  const place = first.path.length === 0 ? '' : ` at ${first.path.map(String).join('.').slice(0, 100)}`;
  if (first.code === 'unrecognized_keys')
    return `fields that are not its to set (${first.keys.join(', ').slice(0, 100)})${place}`;
  return `something else than it was given${place}`;
}
