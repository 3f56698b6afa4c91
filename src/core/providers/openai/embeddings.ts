/** What a server gives for texts that it was to embed. */
import { z } from 'zod';
import { embeddingsUnusable } from '../../errors.ts';

/**
 * Characters of a text that are sent: most models read a few hundred words and say nothing of the rest, and some refuse
 * what is longer. It is cut here, behind the masking, so that no half of a secret passes unseen.
 */
export const longestEmbedded = 2_000;

/** More numbers than any model there is gives for a text; a wrong server could send without end. */
const mostNumbers = 16_384;

const embedded = z.array(
  z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1).max(mostNumbers) }),
);

/** One for each text, by the place the server names. Throws `embeddings_unusable`. */
export function vectorsOf(data: unknown, count: number): number[][] {
  const parsed = embedded.safeParse(data);
  if (!parsed.success) throw embeddingsUnusable();
  const vectors: (number[] | undefined)[] = Array.from({ length: count }, () => undefined);
  for (const { index, embedding } of parsed.data) vectors[index] = embedding;
  const found = vectors.filter((vector) => vector !== undefined);
  const [first] = found;
  if (found.length !== count || found.some(({ length }) => length !== first?.length))
    throw embeddingsUnusable();
  return found;
}

const counted = z.object({ prompt_tokens: z.number().int().nonnegative() });

/** What the texts took; undefined where the server does not count. */
export const tokensOf = (usage: unknown): number | undefined => counted.safeParse(usage).data?.prompt_tokens;
