/** The provider alone, against the fake over HTTP. */
import { Emitter } from '../../../../../src/base/emitter.ts';
import { traceOf } from '../../../../../src/base/trace.ts';
import {
  type EndpointSetting,
  endpointKeyName,
  endpointsOf,
} from '../../../../../src/core/providers/openai/endpoints.ts';
import { type OpenAiOptions, OpenAiProvider } from '../../../../../src/core/providers/openai/openai.ts';
import type { PresetId } from '../../../../../src/core/providers/openai/presets.ts';
import type { ProviderRequest } from '../../../../../src/core/providers/provider.ts';
import type { FakeOpenAi } from '../../../../support/openai/server.ts';
import { eventsOf } from '../anthropic/claude.ts';

export interface Chat {
  provider: OpenAiProvider;
  /** Everything that was logged, as the hosts write it. */
  logged: string[];
  /** May be changed between requests. */
  set: { key: string | undefined };
  /** Names under which a key was asked for. */
  askedFor: string[];
}

type More = Pick<OpenAiOptions, 'prices' | 'idleLimitMs'> & Partial<EndpointSetting>;

export function chatAt(
  fake: Pick<FakeOpenAi, 'url' | 'key'>,
  preset: PresetId = 'openai',
  { prices, idleLimitMs, ...setting }: More = {},
): Chat {
  const logged: string[] = [];
  const askedFor: string[] = [];
  const set: Chat['set'] = { key: fake.key };
  const keep = (message: string, error?: unknown) =>
    void logged.push(error === undefined ? message : `${message} ${traceOf(error)}`);
  const [endpoint] = endpointsOf([{ id: 'mine', preset, baseUrl: fake.url, ...setting }]);
  if (!endpoint) throw new TypeError('A setting makes an endpoint.');
  const provider = new OpenAiProvider({
    endpoint,
    secrets: {
      get: async (name) => {
        askedFor.push(name);
        return name === endpointKeyName(endpoint) ? set.key : undefined;
      },
      onDidChange: new Emitter<string>().event,
    },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { info: keep, warn: keep, error: keep },
    ...(prices === undefined ? {} : { prices }),
    ...(idleLimitMs === undefined ? {} : { idleLimitMs }),
  });
  return { provider, logged, set, askedFor };
}

export const ask = (more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  model: 'fake-large',
  system: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }],
  tools: [],
  maxOutputTokens: 1_000,
  question: 'Why?',
  ...more,
});

export const stream = (
  chat: Chat,
  more: Partial<ProviderRequest> = {},
  signal = new AbortController().signal,
) => eventsOf(chat.provider.stream(ask(more), signal));
