/**
 * What a client's own request of a model asks for beside its words, in the names of Anthropic's Messages API, which is
 * the canonical form here.
 */
import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

export const clientOptions = z.object({
  tool_choice: object.exactOptional(),
  stop_sequences: z.array(z.string()).exactOptional(),
  thinking: object.exactOptional(),
  output_config: object.exactOptional(),
  metadata: object.exactOptional(),
});
export type ClientOptions = z.infer<typeof clientOptions>;

/** Names of what is asked for, each part of `output_config` by its own. */
export const optionNames = (options: ClientOptions): string[] =>
  Object.entries(options).flatMap(([name, value]) =>
    name === 'output_config' && value !== undefined
      ? Object.keys(value).map((part) => `${name}.${part}`)
      : [name],
  );
