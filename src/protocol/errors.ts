import { z } from 'zod';

/**
 * An error as it crosses a channel or is stored: a stable code for programs, words for people.
 * `action` names the one thing that helps, so that a door can offer it as a button.
 */
export const errorActions = [
  'retry',
  'set_api_key',
  'new_session',
  'choose_model',
  'open_settings',
  'show_log',
  'reload',
  'trust_workspace',
  'none',
] as const;

export const errorInfo = z.object({
  code: z.string(),
  message: z.string(),
  action: z.enum(errorActions),
  /** Milliseconds after which trying again makes sense, where the other side said so. */
  retryAfterMs: z.number().int().nonnegative().optional(),
});
export type ErrorAction = (typeof errorActions)[number];
export type ErrorInfo = z.infer<typeof errorInfo>;
