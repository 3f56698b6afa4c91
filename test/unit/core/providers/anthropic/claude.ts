/** The provider alone, against the fake over HTTP. */
import assert from 'node:assert/strict';
import { Emitter } from '../../../../../src/base/emitter.ts';
import { traceOf } from '../../../../../src/base/trace.ts';
import {
  type AnthropicOptions,
  AnthropicProvider,
} from '../../../../../src/core/providers/anthropic/anthropic.ts';
import { anthropicKeyName } from '../../../../../src/core/providers/anthropic/keyName.ts';
import type { ProviderEvent, ProviderRequest } from '../../../../../src/core/providers/provider.ts';
import type { FakeAnthropic } from '../../../../support/anthropic/server.ts';

export interface Claude {
  provider: AnthropicProvider;
  /** Everything that was logged, as the hosts write it. */
  logged: string[];
  /** May be changed between requests. */
  set: { key: string | undefined; baseUrl: string };
}

export function claudeAt(
  fake: FakeAnthropic,
  more: Pick<AnthropicOptions, 'prices' | 'idleLimitMs' | 'features'> = {},
): Claude {
  const logged: string[] = [];
  const set: Claude['set'] = { key: fake.key, baseUrl: fake.url };
  const keep = (message: string, error?: unknown) =>
    void logged.push(error === undefined ? message : `${message} ${traceOf(error)}`);
  const provider = new AnthropicProvider({
    secrets: {
      get: async (name) => (name === anthropicKeyName ? set.key : undefined),
      onDidChange: new Emitter<string>().event,
    },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { info: keep, warn: keep, error: keep },
    baseUrl: () => set.baseUrl,
    ...more,
  });
  return { provider, logged, set };
}

export const ask = (more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: 'claude-sonnet-5-5',
  system: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }],
  tools: [],
  maxOutputTokens: 1_000,
  question: 'Why?',
  ...more,
});

const last: ReadonlySet<ProviderEvent['type']> = new Set(['stop', 'error', 'aborted']);

/** All events; checks that the last one, and only it, is an end. */
export async function eventsOf(stream: AsyncIterable<ProviderEvent>): Promise<ProviderEvent[]> {
  const all: ProviderEvent[] = [];
  for await (const event of stream) all.push(event);
  assert.deepEqual(
    all.flatMap((event, place) => (last.has(event.type) ? [place] : [])),
    [all.length - 1],
  );
  return all;
}

export const stream = (
  claude: Claude,
  more: Partial<ProviderRequest> = {},
  signal = new AbortController().signal,
) => eventsOf(claude.provider.stream(ask(more), signal));

export const textOf = (events: readonly ProviderEvent[]): string =>
  events.flatMap((event) => (event.type === 'text' ? [event.text] : [])).join('');

export function errorOf(events: readonly ProviderEvent[]) {
  const end = events.at(-1);
  assert.equal(end?.type, 'error', JSON.stringify(end));
  return end.error;
}

export const only = <T extends ProviderEvent['type']>(
  events: readonly ProviderEvent[],
  type: T,
): Extract<ProviderEvent, { type: T }>[] =>
  events.filter((event): event is Extract<ProviderEvent, { type: T }> => event.type === type);
