/** Cache accounting by comparing real prefixes; source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. */
import type { FakeModel } from './models.ts';
import { type PromptPart, tokensOf } from './prompt.ts';

export interface CacheUsage {
  input_tokens: number;
  cache_creation_input_tokens: number;
  cache_read_input_tokens: number;
  cache_creation: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number };
}

interface Entry {
  expires: number;
  ttl: '5m' | '1h';
}

const lifetimes = { '5m': 5 * 60_000, '1h': 60 * 60_000 };
/** Blocks in which an earlier entry is looked for, counting the breakpoint's own as the first. */
const lookBack = 20;

export class PromptCache {
  readonly #entries = new Map<string, Entry>();

  /** Charges a request and keeps the prefixes its breakpoints ask for. `now` in milliseconds. */
  account(parts: readonly PromptPart[], model: FakeModel, now: number): CacheUsage {
    const total = tokensOf(parts);
    const upTo = (index: number) => tokensOf(parts.slice(0, index + 1));
    const breakpoints = parts.flatMap((part, index) => (part.ttl === undefined ? [] : [index]));
    const hit = this.#longestHit(parts, breakpoints, now);
    const read = hit < 0 ? 0 : upTo(hit);

    let written = read;
    const created = { '5m': 0, '1h': 0 };
    for (const at of breakpoints) {
      const part = parts[at];
      const size = upTo(at);
      if (part?.ttl === undefined || size < model.minimumPrefix) continue;
      this.#keep(part.hash, part.ttl, now);
      if (size <= written) continue;
      created[part.ttl] += size - written;
      written = size;
    }
    return {
      input_tokens: total - written,
      cache_creation_input_tokens: created['5m'] + created['1h'],
      cache_read_input_tokens: read,
      cache_creation: { ephemeral_5m_input_tokens: created['5m'], ephemeral_1h_input_tokens: created['1h'] },
    };
  }

  /** Index of the last part of the longest prefix that is still kept, or -1. A hit lives its whole time again. */
  #longestHit(parts: readonly PromptPart[], breakpoints: readonly number[], now: number): number {
    for (const at of [...breakpoints].reverse()) {
      for (let index = at; index >= 0 && index > at - lookBack; index--) {
        const entry = this.#entries.get(parts[index]?.hash ?? '');
        if (!entry || entry.expires <= now) continue;
        entry.expires = now + lifetimes[entry.ttl];
        return index;
      }
    }
    return -1;
  }

  /** An entry that lives longer is never shortened by a breakpoint that asks for less. */
  #keep(hash: string, ttl: '5m' | '1h', now: number): void {
    const before = this.#entries.get(hash);
    const kept = before && before.expires > now && before.ttl === '1h' ? '1h' : ttl;
    this.#entries.set(hash, { expires: now + lifetimes[kept], ttl: kept });
  }
}
