/** Says why a prompt cache could not be reused; source: https://platform.claude.com/docs/en/build-with-claude/cache-diagnostics. */
import type Anthropic from '@anthropic-ai/sdk';
import { type PromptPart, tokensOf } from './prompt.ts';
import type { MessagesBody } from './requestShape.ts';

interface Remembered {
  model: string;
  parts: readonly PromptPart[];
}

export class CacheDiagnostics {
  readonly #messages = new Map<string, Remembered>();

  remember(messageId: string, model: string, parts: readonly PromptPart[]): void {
    this.#messages.set(messageId, { model, parts });
  }

  /** Null when the request did not ask. */
  explain(request: MessagesBody, parts: readonly PromptPart[]): Anthropic.Diagnostics | null {
    if (!request.diagnostics) return null;
    const id = request.diagnostics.previous_message_id;
    return { cache_miss_reason: id == null ? null : this.#reason(id, request.model, parts) };
  }

  #reason(id: string, model: string, parts: readonly PromptPart[]): Anthropic.CacheMissReason | null {
    const before = this.#messages.get(id);
    if (!before) return { type: 'previous_message_not_found' };
    if (before.model !== model)
      return { type: 'model_changed', cache_missed_input_tokens: tokensOf(before.parts) };
    const changed = before.parts.findIndex((part, index) => part.hash !== parts[index]?.hash);
    if (changed < 0) return null;
    const missed = tokensOf(before.parts.slice(changed));
    // The level is that of the part which is missing or different, seen from either side.
    const levels = [before.parts[changed]?.where, parts[changed]?.where];
    if (levels.includes('tools')) return { type: 'tools_changed', cache_missed_input_tokens: missed };
    if (levels.includes('system')) return { type: 'system_changed', cache_missed_input_tokens: missed };
    return { type: 'messages_changed', cache_missed_input_tokens: missed };
  }
}
