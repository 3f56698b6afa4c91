import { z } from 'zod';

export const promptStatuses = ['draft', 'published', 'deprecated'] as const;

/** What whoever wants to ask a prompt must know of it. */
export const promptSummary = z.object({
  name: z.string(),
  version: z.number().int().positive(),
  status: z.enum(promptStatuses),
  description: z.string(),
  /** JSON Schema of the values. */
  input: z.record(z.string(), z.unknown()),
  /** JSON Schema of the answer, where it has one. */
  output: z.record(z.string(), z.unknown()).optional(),
  /** ISO date from which a deprecated prompt may be gone. */
  sunset: z.string().optional(),
});
export type PromptSummary = z.infer<typeof promptSummary>;
