/** Which thinking a model takes, and that thinking comes back as it was given. */
import { written } from './blocks.ts';
import { refuse } from './errors.ts';
import type { FakeModel } from './models.ts';
import type { MessagesBody } from './requestShape.ts';
import type { ScriptedBlock } from './script.ts';
import type { FakeMessage } from './shapes.ts';

export function checkThinking(request: MessagesBody, model: FakeModel): void {
  const wanted = request.thinking?.type;
  switch (wanted) {
    case 'enabled':
      if (model.thinking !== 'manual')
        refuse(
          '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
        );
      break;
    case 'adaptive':
    case 'between_tools':
      if (model.thinking === 'manual') refuse(`${wanted} thinking is not supported on this model`);
      break;
    case 'disabled':
      if (model.thinking === 'always') refuse('"thinking.type.disabled" is not supported for this model.');
      break;
    case undefined:
      break;
    default:
      wanted satisfies never;
  }
  if (request.thinking?.type === 'enabled' && request.thinking.budget_tokens >= request.max_tokens)
    refuse('`max_tokens` must be greater than `thinking.budget_tokens`.');
  const forced = request.tool_choice?.type === 'any' || request.tool_choice?.type === 'tool';
  if (forced && wanted !== undefined && wanted !== 'disabled')
    refuse('Thinking may not be enabled when tool_choice forces tool use.');
}

/** While thinking is given by budget, the turn that tool results continue must begin with its thinking. */
export function checkTurnBegins(request: MessagesBody, messages: readonly FakeMessage[]): void {
  if (request.thinking?.type !== 'enabled') return;
  const index = messages.findLastIndex(({ role }) => role === 'assistant');
  const first = messages[index]?.content[0];
  const continued = messages[index + 1]?.content.some(({ type }) => type === 'tool_result');
  if (!first || !continued || first.type === 'thinking' || first.type === 'redacted_thinking') return;
  refuse(
    `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks).`,
  );
}

/** Remembers what it has given out: the API refuses any other thinking, and any that was changed. */
export class GivenThinking {
  readonly #signed = new Map<string, string>();
  readonly #redacted = new Set<string>();
  /** Texts of answers that paused: these may be sent back as the end of a conversation, to be continued. */
  readonly #paused = new Set<string>();

  remember(blocks: readonly ScriptedBlock[], stopReason: string | null): void {
    const said = blocks.flatMap((block) => (block.type === 'text' ? [written(block)] : []));
    if (stopReason === 'pause_turn') this.#paused.add(said.join('\n'));
    for (const block of blocks) {
      if (block.type === 'thinking') this.#signed.set(block.signature, block.deltas.join(''));
      if (block.type === 'redacted_thinking') this.#redacted.add(block.data);
    }
  }

  isPaused(messages: readonly FakeMessage[]): boolean {
    const said = messages.at(-1)?.content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
    return said !== undefined && this.#paused.has(said.join('\n'));
  }

  check(messages: readonly FakeMessage[]): void {
    for (const [index, { content }] of messages.entries())
      for (const [place, block] of content.entries()) {
        const at = `messages.${index}.content.${place}`;
        if (block.type === 'thinking' && this.#signed.get(block.signature) !== block.thinking)
          refuse(`${at}: Invalid \`signature\` in \`thinking\` block`);
        if (block.type === 'redacted_thinking' && !this.#redacted.has(block.data))
          refuse(`${at}: Invalid \`data\` in \`redacted_thinking\` block`);
      }
  }
}
