/**
 * `/v1/embeddings` of the fake. Sources: OpenAI's API reference for what is taken, refused and answered. Its model knows
 * which words mean the same, as far as it is told: each word, or each group of them, is a direction of its own.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { countValue } from '../anthropic/counting.ts';
import { refuse } from './check.ts';
import type { FailingBehaviour } from './script.ts';

/** Numbers of a vector, as text-embedding-3-small has them. */
const dimensions = 1_536;
const mostInputs = 2_048;
const mostTokens = 8_191;

const body = z.strictObject({
  model: z.string(),
  input: z.union([
    z.string(),
    z.array(z.string()).min(1).max(mostInputs),
    z.array(z.number().int()).min(1),
    z.array(z.array(z.number().int()).min(1)).min(1).max(mostInputs),
  ]),
  encoding_format: z.enum(['float', 'base64']).optional(),
  dimensions: z.number().int().positive().max(dimensions).optional(),
  user: z.string().optional(),
});

export class FakeEmbeddings {
  /** Texts that were embedded, a list a request. */
  readonly inputs: string[][] = [];
  /** Words that mean the same. */
  readonly alike: string[][] = [];
  /** What each request meets before it is answered. */
  failing: FailingBehaviour | undefined;
  #arrived: (() => void)[] = [];

  /** Resolves when so many requests were answered. */
  async answered(count: number): Promise<void> {
    while (this.inputs.length < count) await new Promise<void>((resolve) => this.#arrived.push(resolve));
  }

  /** The answer to a request's body. Throws `ApiFailure`. */
  answer(given: unknown): object {
    const parsed = body.safeParse(given);
    if (!parsed.success) return refuse(`Invalid: ${parsed.error.issues[0]?.path.join('.')}`);
    const { model, input, encoding_format = 'float', dimensions: wanted = dimensions } = parsed.data;
    if (!model.includes('embed'))
      return refuse(
        `The model \`${model}\` does not exist or you do not have access to it.`,
        'model_not_found',
        404,
      );
    const texts = textsOf(input);
    if (texts.includes('')) return refuse("'$.input' is invalid. Please check the API reference.");
    const tokens = texts.map((text) => countValue(text));
    const most = Math.max(...tokens);
    if (most > mostTokens)
      return refuse(
        `This model's maximum context length is ${mostTokens} tokens, however you requested ${most} tokens (${most} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
      );
    this.inputs.push(texts);
    for (const wake of this.#arrived.splice(0)) wake();
    const total = tokens.reduce((sum, count) => sum + count, 0);
    return {
      object: 'list',
      data: texts.map((text, index) => ({
        object: 'embedding',
        index,
        embedding: encoded(this.#vector(text).slice(0, wanted), encoding_format),
      })),
      model,
      usage: { prompt_tokens: total, total_tokens: total },
    };
  }

  #vector(text: string): number[] {
    const vector = new Array<number>(dimensions).fill(0);
    for (const [word] of text.toLowerCase().matchAll(/[a-z]+/g)) {
      const meant = this.alike.find((group) => group.includes(word))?.[0] ?? word;
      const digest = createHash('sha256').update(meant).digest();
      for (let place = 0; place < 16; place++) {
        const at = digest.readUInt16LE(place * 2) % dimensions;
        vector[at] = (vector[at] ?? 0) + (place % 2 === 0 ? 1 : -1);
      }
    }
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  }
}

/** Tokens stand for a text too, of which nobody knows the words here. */
function textsOf(input: z.infer<typeof body>['input']): string[] {
  if (typeof input === 'string') return [input];
  const isTokens = input.every((one) => typeof one === 'number');
  return isTokens
    ? [input.join(' ')]
    : input.map((one) => (Array.isArray(one) ? one.join(' ') : String(one)));
}

const encoded = (vector: readonly number[], format: 'float' | 'base64'): number[] | string =>
  format === 'float' ? [...vector] : Buffer.from(Float32Array.from(vector).buffer).toString('base64');
