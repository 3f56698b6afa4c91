/** Cache accounting by comparing real prefixes; source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. */
import { createHash } from 'node:crypto';
import { countValue } from './counting.ts';
import type { FakeModel } from './models.ts';
import { blocksOf, type MessagesBody } from './validate.ts';

export interface CacheUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
}

interface Part {
  hash: string;
  tokens: number;
  ttl: '5m' | '1h' | undefined;
}

const lifetimes = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
/** Blocks before a breakpoint in which an earlier entry is looked for. */
const lookBack = 20;

export class PromptCache {
  readonly #entries = new Map<string, { expires: number; ttl: '5m' | '1h' }>();

  account(request: MessagesBody, model: FakeModel, key: string, now: number): CacheUsage {
    const parts = partsOf(request, model, key);
    const total = parts.reduce((sum, part) => sum + part.tokens, 0);
    const upTo = (index: number) => parts.slice(0, index + 1).reduce((sum, part) => sum + part.tokens, 0);
    const breakpoints = parts.flatMap((part, index) => (part.ttl === undefined ? [] : [index]));

    let read = 0;
    for (const at of [...breakpoints].reverse()) {
      for (let index = at; index > Math.max(-1, at - lookBack) && read === 0; index--) {
        const entry = this.#entries.get(parts[index]?.hash ?? '');
        if (!entry || entry.expires <= now) continue;
        read = upTo(index);
        // A hit makes the entry live for its whole time again.
        entry.expires = now + lifetimes[entry.ttl];
      }
      if (read > 0) break;
    }
    let written = read;
    const created = { '5m': 0, '1h': 0 };
    for (const at of breakpoints) {
      const size = upTo(at);
      const ttl = parts[at]?.ttl ?? '5m';
      if (size < model.minimumPrefix) continue;
      this.#entries.set(parts[at]?.hash ?? '', { expires: now + lifetimes[ttl], ttl });
      if (size > written) {
        created[ttl] += size - written;
        written = size;
      }
    }
    return {
      input_tokens: total - written,
      cache_creation_input_tokens: created['5m'] + created['1h'],
      cache_read_input_tokens: read,
      cache_creation: { ephemeral_5m_input_tokens: created['5m'], ephemeral_1h_input_tokens: created['1h'] },
    };
  }
}

export function totalTokens(request: MessagesBody, model: FakeModel): number {
  return partsOf(request, model, '').reduce((sum, part) => sum + part.tokens, 0);
}

/** The request in wire order, each part with a hash of everything up to and including it. */
function partsOf(request: MessagesBody, model: FakeModel, key: string): Part[] {
  const raw: { value: unknown; ttl: '5m' | '1h' | undefined }[] = [];
  const add = (prefix: string, value: object) => {
    const { cache_control: control, ...rest } = value as { cache_control?: { ttl?: '5m' | '1h' } | null };
    raw.push({ value: [prefix, rest], ttl: control ? (control.ttl ?? '5m') : undefined });
  };
  for (const tool of request.tools ?? []) add('tool', tool);
  for (const part of typeof request.system === 'string' ? blocksOf(request.system) : (request.system ?? []))
    add('system', part);
  for (const { role, content } of request.messages) for (const part of blocksOf(content)) add(role, part);
  const last = raw.at(-1);
  // Automatic caching puts a breakpoint at the end.
  if (request.cache_control && last) last.ttl ??= request.cache_control.ttl ?? '5m';

  const running = createHash('sha256').update(`${key}\n${model.id}\n`);
  return raw.map(({ value, ttl }) => {
    running.update(JSON.stringify(value));
    return {
      hash: running.copy().digest('hex'),
      tokens: Math.max(1, Math.round(countValue(value) * model.factor)),
      ttl,
    };
  });
}
