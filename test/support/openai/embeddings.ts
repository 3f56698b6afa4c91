/** Embeddings that hold nothing but the length of each text, in the shape of OpenAI's. */
import { z } from 'zod';
import { countValue } from '../anthropic/counting.ts';
import { refuse } from './check.ts';

const body = z.strictObject({
  model: z.string(),
  input: z.union([
    z.string().min(1),
    z.array(z.string().min(1)).min(1).max(2_048),
    z.array(z.number().int()),
  ]),
  encoding_format: z.enum(['float', 'base64']).optional(),
  dimensions: z.number().int().positive().optional(),
  user: z.string().optional(),
});

/** Throws `ApiFailure`. */
export function embeddingsOf(value: unknown): object {
  const parsed = body.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`Invalid value at '${issue?.path.join('.')}': ${issue?.message}`);
  }
  const { model, input, encoding_format: format, dimensions = 4 } = parsed.data;
  if (!model.includes('embed'))
    return refuse(
      `The model \`${model}\` does not exist or you do not have access to it.`,
      'model_not_found',
      404,
    );
  const texts = Array.isArray(input) && typeof input[0] === 'string' ? input : [input];
  const tokens = countValue(texts);
  return {
    object: 'list',
    data: texts.map((text, index) => {
      const numbers = new Float32Array(dimensions).fill(String(text).length / 1_000);
      const embedding = format === 'base64' ? Buffer.from(numbers.buffer).toString('base64') : [...numbers];
      return { object: 'embedding', index, embedding };
    }),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
