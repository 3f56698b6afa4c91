/** A prompt as an endpoint: what its file may say, and what it is. */
import { z } from 'zod';
import { groundingModes } from '../../protocol/entries.ts';
import { type PromptSummary, promptStatuses } from '../../protocol/prompts.ts';

/** Typed behind a slash, and a part of an address. */
export const promptName = z
  .string()
  .max(60)
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'expected small letters and digits, joined by - or _');

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,59}$/, 'expected letters, digits and _');

/** Characters of a value: a long file fits, a whole repository does not. */
const longestValue = 1_000_000;

const described = { description: z.string().trim().min(1).max(300).exactOptional() };
const typed = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...described,
    maxLength: z.int().positive().max(longestValue).exactOptional(),
    /** The value is one of these. */
    values: z.array(z.string()).min(1).max(100).exactOptional(),
    default: z.string().exactOptional(),
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    ...described,
    minimum: z.number().exactOptional(),
    maximum: z.number().exactOptional(),
    default: z.number().exactOptional(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...described, default: z.boolean().exactOptional() }),
]);
export type Variable = z.output<typeof typed>;

/** `topic: string` is short for `topic: { type: string }`. */
const variable = z.preprocess((value) => (typeof value === 'string' ? { type: value } : value), typed);

/** What stands between the two lines of dashes. Unknown fields are refused, so that a typing error is told. */
export const frontMatter = z.strictObject({
  name: promptName.exactOptional(),
  description: z.string().trim().min(1).max(200),
  version: z.int().positive().max(1_000_000).default(1),
  /** `draft`: in the editor alone. `deprecated`: works, and says in its headers that it will not for ever. */
  status: z.enum(promptStatuses).default('published'),
  /** The day from which a deprecated prompt may be gone. */
  sunset: z.iso.date().exactOptional(),
  model: z
    .string()
    .regex(/^[^/\s]+\/\S+$/, 'expected provider/model, such as anthropic/claude-sonnet-5-5')
    .exactOptional(),
  profile: z.string().min(1).max(60).exactOptional(),
  grounding: z.enum(groundingModes).exactOptional(),
  variables: z.record(variableName, variable).default({}),
  /** An answer of so many seconds ago to the same request will do. */
  cache: z.int().min(0).max(86_400).exactOptional(),
  /** JSON Schema of the answer; what does not fit it is an error. */
  output: z.record(z.string(), z.unknown()).exactOptional(),
});

export interface Prompt extends z.output<typeof frontMatter> {
  name: string;
  source: 'user' | 'workspace';
  /** What is sent, with `{{name}}` where a variable stands. */
  text: string;
}

/** The schema that the values of a prompt must fit. */
export function inputSchema({ variables }: Pick<Prompt, 'variables'>): z.ZodType<Record<string, unknown>> {
  return z.strictObject(
    Object.fromEntries(Object.entries(variables).map(([name, one]) => [name, valueSchema(one)])),
  );
}

export function summaryOf(prompt: Prompt): PromptSummary {
  const { name, version, status, description, output, sunset } = prompt;
  return {
    name,
    version,
    status,
    description,
    input: z.record(z.string(), z.unknown()).parse(z.toJSONSchema(inputSchema(prompt), { io: 'input' })),
    ...(output === undefined ? {} : { output }),
    ...(sunset === undefined ? {} : { sunset }),
  };
}

function valueSchema(one: Variable): z.ZodType {
  const described = one.description === undefined ? {} : { description: one.description };
  const schema = plainSchema(one).meta(described);
  return one.default === undefined ? schema : schema.default(one.default);
}

function plainSchema(one: Variable): z.ZodType {
  switch (one.type) {
    case 'string':
      return one.values ? z.enum(one.values) : z.string().max(one.maxLength ?? longestValue);
    case 'number':
    case 'integer': {
      const number = one.type === 'integer' ? z.int() : z.number();
      return number.min(one.minimum ?? -Number.MAX_VALUE).max(one.maximum ?? Number.MAX_VALUE);
    }
    case 'boolean':
      return z.boolean();
    default:
      return one satisfies never;
  }
}
