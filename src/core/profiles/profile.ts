/** A named assistant: what its file may say, and what it is. */
import { z } from 'zod';
import { groundingModes } from '../../protocol/entries.ts';
import { toolNames } from '../tools/names.ts';

/** As `causeway.context.recall`. */
export const recallScopes = ['off', 'session', 'workspace'] as const;

/** Letters of any script, digits, and what joins them: a name is typed on the command line and shown in a list. */
const name = z
  .string()
  .max(60)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u, 'expected letters and digits, joined by spaces, dots, _ or -');

/** What stands between the two lines of dashes. Unknown fields are refused, so that a typing error is told. */
export const frontMatter = z.strictObject({
  name: name.optional(),
  description: z.string().trim().min(1).max(200),
  /** `provider/model`. */
  model: z
    .string()
    .regex(/^[^/\s]+\/\S+$/, 'expected provider/model, such as anthropic/claude-sonnet-5-5')
    .optional(),
  tools: z.array(z.enum(toolNames)).max(toolNames.length).optional(),
  grounding: z.enum(groundingModes).optional(),
  recall: z.enum(recallScopes).optional(),
  /** One line each; more than a model heeds in one prompt would not be remembered better. */
  remember: z.array(z.string().trim().min(1).max(300)).max(20).optional(),
  tone: z.string().trim().min(1).max(500).optional(),
  /** `keep`: documents stay word for word at the beginning of what is sent, as long as the session lasts. */
  documents: z.enum(['keep', 'as_said']).optional(),
});

/** Characters of the words below the front matter, as many as the setting `causeway.instructions` may have. */
export const longestPrompt = 20_000;

export interface Profile extends z.output<typeof frontMatter> {
  name: string;
  source: 'built_in' | 'user' | 'workspace';
  /** The system prompt: what stands below the front matter. */
  prompt: string;
}

/** Names that people would take for the same one are the same. */
export const profileKey = (one: string): string => one.trim().normalize('NFC').toLowerCase();
