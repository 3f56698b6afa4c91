import { z } from 'zod';
import { documentBlock, imageBlock } from './content.ts';
import { attachment, doors, groundingModes } from './entries.ts';

/** Longest input text in UTF-16 code units: four million, about a million tokens, more than any window takes. */
export const maxInputLength = 4_000_000;

/** One user input. */
export const turnInput = z.object({
  text: z.string().max(maxInputLength),
  /** Images and documents sent with the text. */
  media: z
    .array(z.discriminatedUnion('type', [imageBlock, documentBlock]))
    .max(100)
    .optional(),
  attachments: z.array(attachment).max(200).optional(),
  grounding: z.enum(groundingModes).optional(),
  /** `provider/model`; the session's or the setting's when absent. */
  model: z.string().optional(),
  /** Name of the profile that answers in the session from here on. */
  profile: z.string().min(1).max(60).optional(),
  /** Entry after which the input stands: set for edit-and-resend and retry; null at the root. */
  parentId: z.uuid().nullable().optional(),
  /** Ids of context the user took out of this turn. */
  excluded: z.array(z.string()).max(1000).optional(),
  /** Earlier entries of the session the user wants word for word in this turn. */
  pinned: z.array(z.uuid()).max(200).optional(),
  /** Parts of the context the user wrote anew for this turn. */
  replaced: z
    .array(z.object({ partId: z.string().max(2000), text: z.string().max(1_000_000) }))
    .max(200)
    .optional(),
  /** JSON Schema that the whole answer must follow, for models that can be held to one; others are asked to. */
  output: z.record(z.string(), z.unknown()).optional(),
  door: z.enum(doors),
  client: z.string().max(100).optional(),
});
export type TurnInput = z.infer<typeof turnInput>;
