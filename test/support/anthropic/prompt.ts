/** A request as the model reads it: parts in wire order, each with a hash of everything up to and including it. */
import { createHash } from 'node:crypto';
import { ttlOf } from './breakpoints.ts';
import { countValue } from './counting.ts';
import type { FakeModel } from './models.ts';
import type { MessagesBody } from './requestShape.ts';
import { blocksOf } from './shapes.ts';

type Ttl = '5m' | '1h';

export interface PromptPart {
  where: 'tools' | 'system' | 'messages';
  /** Of the prefix that ends with this part, and of all settings that change how it is read. */
  hash: string;
  tokens: number;
  /** Set where the request has a breakpoint. */
  ttl: Ttl | undefined;
}

export function promptParts(request: MessagesBody, model: FakeModel, key: string): PromptPart[] {
  const parts: (Omit<PromptPart, 'hash' | 'tokens'> & {
    value: unknown;
    extra: number;
    cacheable: boolean;
  })[] = [];
  const add = (where: PromptPart['where'], kind: string, part: object, extra = 0) => {
    const control = 'cache_control' in part ? (part.cache_control as { ttl?: Ttl } | null) : undefined;
    const told = Object.entries(part).filter(([name, one]) => name !== 'cache_control' && one != null);
    parts.push({
      where,
      value: [kind, Object.fromEntries(told)],
      extra,
      ttl: control ? ttlOf({ type: 'ephemeral', ...control }) : undefined,
      cacheable: !('type' in part && (part.type === 'thinking' || part.type === 'redacted_thinking')),
    });
  };
  for (const [index, tool] of (request.tools ?? []).entries())
    add('tools', 'tool', tool, index === 0 ? model.toolTokens : 0);
  const system = typeof request.system === 'string' ? blocksOf(request.system) : (request.system ?? []);
  for (const part of system) add('system', 'system', part);
  for (const { role, content } of request.messages)
    for (const part of blocksOf(content)) add('messages', role, part);
  // Automatic caching puts a breakpoint at the last block that can have one; thinking cannot.
  const last = parts.findLast(({ cacheable }) => cacheable);
  if (request.cache_control && last) last.ttl ??= ttlOf(request.cache_control);

  // A schema is told to the model before all else, and another one invalidates everything kept.
  const format = request.output_config?.format;
  const first = parts[0];
  if (format && first) first.extra += Math.round(countValue(format.schema) * model.factor);
  const running = createHash('sha256').update(`${key}\n${model.id}\n${JSON.stringify(format ?? null)}\n`);
  let where: PromptPart['where'] = 'tools';
  return parts.map((part) => {
    if (part.where !== where) running.update(settingsFrom(part.where, request));
    where = part.where;
    running.update(JSON.stringify(part.value));
    const tokens = Math.max(1, Math.round(countValue(part.value) * model.factor)) + part.extra;
    return { where, hash: running.copy().digest('hex'), tokens, ttl: part.ttl };
  });
}

/** Settings that change the prompt from this level on, so that a change of them invalidates it. */
function settingsFrom(where: PromptPart['where'], request: MessagesBody): string {
  const speed = JSON.stringify([request.speed ?? 'standard']);
  if (where === 'system') return speed;
  return speed + JSON.stringify([request.tool_choice ?? null, request.thinking ?? null]);
}

export const tokensOf = (parts: readonly PromptPart[]): number =>
  parts.reduce((sum, part) => sum + part.tokens, 0);
