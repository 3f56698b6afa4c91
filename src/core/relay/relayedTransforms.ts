/** The user's own transforms for calls that programs make themselves. */
import { z } from 'zod';
import type { RelayTransforms } from '../relay.ts';
import type { Masker } from '../secrets/masker.ts';
import type { ActiveTransforms, TransformForm } from '../transforms/transforms.ts';

type Parts = Record<string, unknown>;

const block = z.looseObject({ type: z.string() });
/** What of a body may be changed. Blocks keep the fields that a newer API gives them. */
const forms: Record<TransformForm, z.ZodType<Parts>> = {
  messages: z.strictObject({
    system: z.array(block),
    messages: z.array(z.looseObject({ role: z.string(), content: z.array(block) })),
    tools: z.array(z.looseObject({})).exactOptional(),
  }),
  chat: z.strictObject({
    messages: z.array(z.looseObject({ role: z.string() })),
    tools: z.array(z.looseObject({})).exactOptional(),
  }),
  embeddings: z.strictObject({ input: z.union([z.string(), z.array(z.unknown())]) }),
};

/**
 * What a program says itself is passed on as it is; of a body that a transform changed, each text that was not there before
 * is masked.
 */
export function relayedTransforms(
  active: ActiveTransforms,
  masker: Pick<Masker, 'through'> | undefined,
): RelayTransforms {
  return {
    mark: active.mark,
    seesAnswers: active.seesAnswers,
    async request(parts, about, signal) {
      const { value, files } = await active.request(
        parts,
        forms[about.form],
        { ...about, from: 'program' },
        signal,
      );
      if (files.length === 0 || !masker) return value;
      const said = new Set<string>();
      eachText(parts, (text) => {
        said.add(text);
        return text;
      });
      return masker.through(value, undefined, (one, swap) =>
        Object.fromEntries(
          Object.entries(one).map(([name, part]) => [
            name,
            eachText(part, (text) => (said.has(text) ? text : swap(text))),
          ]),
        ),
      );
    },
    answer: (parts, about, signal) => active.answer(parts, { ...about, from: 'program' }, signal),
  };
}

/** The value with each of its texts passed through; names of fields stay. */
function eachText(value: unknown, swap: (text: string) => string): unknown {
  if (typeof value === 'string') return swap(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => eachText(one, swap));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, eachText(one, swap)]));
}
