/** Edits of the context on the API's side; source: https://platform.claude.com/docs/en/build-with-claude/context-editing. */
import { z } from 'zod';
import { refuse } from './errors.ts';
import type { FakeModel } from './models.ts';
import type { MessagesBody } from './requestShape.ts';
import { blocksOf } from './shapes.ts';

const count = z.number().int().min(0);
const tokens = z.strictObject({ type: z.literal('input_tokens'), value: count });
const uses = z.strictObject({ type: z.literal('tool_uses'), value: count });
const clearTools = z.strictObject({
  type: z.literal('clear_tool_uses_20250919'),
  trigger: z.union([tokens, uses]).optional(),
  keep: uses.optional(),
  clear_at_least: tokens.nullish(),
  clear_tool_inputs: z.union([z.boolean(), z.array(z.string())]).nullish(),
  exclude_tools: z.array(z.string()).nullish(),
});
const clearThinking = z.strictObject({
  type: z.literal('clear_thinking_20251015'),
  keep: z
    .union([
      z.literal('all'),
      z.strictObject({ type: z.literal('all') }),
      z.strictObject({ type: z.literal('thinking_turns'), value: z.number().int().min(1) }),
    ])
    .optional(),
});
const compact = z.strictObject({
  type: z.literal('compact_20260112'),
  trigger: tokens.nullish(),
  instructions: z.string().nullish(),
  pause_after_compaction: z.boolean().optional(),
});
export const contextManagement = z
  .strictObject({
    edits: z.array(z.discriminatedUnion('type', [clearTools, clearThinking, compact])).optional(),
  })
  .nullish();

const betaOf = {
  clear_tool_uses_20250919: 'context-management-2025-06-27',
  clear_thinking_20251015: 'context-management-2025-06-27',
  compact_20260112: 'compact-2026-01-12',
} as const;
const leastCompaction = 50_000;

type WithEdits = Pick<MessagesBody, 'context_management'>;

/** Each edit is part of a beta: without its header, the API does not know the field. Throws `ApiFailure`. */
export function checkContextManagement(request: WithEdits, betas: readonly string[]): void {
  if (!request.context_management) return;
  if (!Object.values(betaOf).some((beta) => betas.includes(beta)))
    refuse('context_management: Extra inputs are not permitted');
  const edits = request.context_management.edits ?? [];
  for (const [place, edit] of edits.entries()) {
    const at = `context_management.edits.${place}`;
    if (!betas.includes(betaOf[edit.type])) refuse(`${at}: Input tag '${edit.type}' is not supported`);
    if (edit.type === 'clear_thinking_20251015' && place > 0)
      refuse(`${at}: clear_thinking_20251015 strategy must be first in the list of edits`);
    if (edit.type === 'compact_20260112' && (edit.trigger?.value ?? leastCompaction) < leastCompaction)
      refuse(`${at}.trigger.value: Input should be greater than or equal to ${leastCompaction}`);
  }
}

/** Throws `ApiFailure` for what the model does not have. */
export function checkModelEdits(request: WithEdits, model: FakeModel): void {
  for (const edit of request.context_management?.edits ?? [])
    if (edit.type === 'compact_20260112' && !model.compaction)
      refuse(`context_management: ${edit.type} is not supported on this model`);
}

export interface AppliedEdit {
  type: 'clear_tool_uses_20250919';
  cleared_tool_uses: number;
  cleared_input_tokens: number;
}

export interface Edited {
  /** What the model reads. */
  body: MessagesBody;
  /** Undefined when nothing was asked for. */
  applied: AppliedEdit[] | undefined;
  /** A summary takes the place of the conversation. */
  compacts: boolean;
}

export function edited(body: MessagesBody, tokensIn: (body: MessagesBody) => number): Edited {
  const edits = body.context_management?.edits;
  if (!edits) return { body, applied: undefined, compacts: false };
  let read = body;
  const applied: AppliedEdit[] = [];
  for (const edit of edits) {
    if (edit.type !== 'clear_tool_uses_20250919') continue;
    const before = tokensIn(read);
    const trigger = edit.trigger ?? { type: 'input_tokens', value: 100_000 };
    const calls = callsIn(read);
    if ((trigger.type === 'input_tokens' ? before : calls.length) <= trigger.value) continue;
    const keep = edit.keep?.value ?? 3;
    const old = calls
      .slice(0, Math.max(0, calls.length - keep))
      .filter(({ name }) => !edit.exclude_tools?.includes(name));
    const cleared = withoutResults(read, new Set(old.map(({ id }) => id)));
    const saved = before - tokensIn(cleared);
    if (saved <= 0 || saved < (edit.clear_at_least?.value ?? 0)) continue;
    read = cleared;
    applied.push({ type: edit.type, cleared_tool_uses: old.length, cleared_input_tokens: saved });
  }
  const compaction = edits.find((edit) => edit.type === 'compact_20260112');
  const compacts = compaction !== undefined && tokensIn(read) > (compaction.trigger?.value ?? 150_000);
  return { body: read, applied, compacts };
}

const callsIn = ({ messages }: MessagesBody): { id: string; name: string }[] =>
  messages.flatMap(({ content }) =>
    blocksOf(content).flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name }] : [],
    ),
  );

function withoutResults(body: MessagesBody, ids: ReadonlySet<string>): MessagesBody {
  const messages = body.messages.map((message) =>
    message.role === 'system'
      ? message
      : {
          ...message,
          content: blocksOf(message.content).map((block) =>
            block.type === 'tool_result' && ids.has(block.tool_use_id)
              ? { ...block, content: '[Old tool result content cleared]' }
              : block,
          ),
        },
  );
  return { ...body, messages };
}
