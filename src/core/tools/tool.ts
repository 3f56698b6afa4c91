/** The contract between the engine and a tool. */
import { z } from 'zod';
import type { Entry, EntryDraft } from '../../protocol/entries.ts';
import { CausewayError } from '../errors.ts';
import { issueWords } from '../issueWords.ts';
import type { ToolDefinition } from '../providers/provider.ts';

export interface ToolContext {
  sessionId: string;
  /** Last entry of the turn so far; what the tool may know of the session stands before it. */
  leafId: string;
  /** Ms since the epoch. */
  now: number;
  /** Ids of entries that the model has before it anyway. */
  inContext: ReadonlySet<string>;
  signal: AbortSignal;
  /**
   * A text as it may leave. Whatever a tool gives is masked once more; one that cuts texts or numbers their lines has them
   * masked before, since half of a secret is not known as one. Throws `masking_failed`.
   */
  masked(text: string): Promise<string>;
  /** Appends an entry to the log, within the turn; resolves when it is durable. Throws `lease_lost`, `store_*`. */
  append(draft: Extract<EntryDraft, { kind: 'task' }>): Promise<Entry>;
}

/** `content` is read by the model. An error is a result too: the model can do better with it, the turn goes on. */
export interface ToolResult {
  content: string;
  isError: boolean;
}

export interface Tool {
  readonly definition: ToolDefinition;
  /** The input is not checked yet. Rejects only where the log cannot be written. */
  call(input: unknown, context: ToolContext): Promise<ToolResult>;
}

/** Of a tool whose input has a schema. `run` throws a `CausewayError` to tell the model what was wrong. */
export interface ToolSpec<S extends z.ZodObject> {
  name: string;
  description: string;
  input: S;
  run(input: z.output<S>, context: ToolContext): Promise<string>;
  /** The model knows this tool by itself where its provider has it. */
  native?: ToolDefinition['native'];
}

export function toolOf<S extends z.ZodObject>(spec: ToolSpec<S>): Tool {
  const { name, description, input: schema, native } = spec;
  const { $schema: _, ...inputSchema } = z.toJSONSchema(schema, { io: 'input' });
  return {
    definition: { name, description, inputSchema, ...(native === undefined ? {} : { native }) },
    async call(input, context) {
      const parsed = schema.safeParse(input);
      if (!parsed.success) {
        const { field, got, expected } = issueWords(parsed.error, input, 'input');
        const known = Object.keys(schema.shape).join(', ');
        const right = expected === 'only known fields' ? `one of ${known}` : expected;
        return {
          content: `${name}: ${field}: got ${got}; expected ${right}. Nothing was done.`,
          isError: true,
        };
      }
      try {
        return { content: await spec.run(parsed.data, context), isError: false };
      } catch (error) {
        if (error instanceof CausewayError && !error.code.startsWith('store_') && error.code !== 'lease_lost')
          return { content: `${name}: ${error.message}`, isError: true };
        throw error;
      }
    },
  };
}
