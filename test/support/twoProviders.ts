/** The real core with Claude and an OpenAI-compatible server, both faked over HTTP. */
import { Emitter } from '../../src/base/emitter.ts';
import type { CallSink } from '../../src/core/calls/watched.ts';
import { type EndpointSetting, endpointKeyName } from '../../src/core/providers/openai/endpoints.ts';
import { OpenAiProviders } from '../../src/core/providers/openai/openAiProviders.ts';
import { startCore, type TestCore } from './core.ts';
import type { FlavourName } from './openai/flavours.ts';
import { type FakeOpenAi, startFakeOpenAi } from './openai/server.ts';

export interface Two {
  core: TestCore;
  fake: FakeOpenAi;
  /** Of the OpenAI-compatible server. */
  keys: Map<string, string>;
}

/** Providers for OpenAI-compatible servers, each faked; `keys` may be changed. */
export function serversAt(settings: readonly EndpointSetting[], keys: Map<string, string>): OpenAiProviders {
  const silent = () => undefined;
  return new OpenAiProviders({
    endpoints: () => settings,
    secrets: { get: async (name) => keys.get(name), onDidChange: new Emitter<string>().event },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { info: silent, warn: silent, error: silent },
  });
}

/** The setting of a fake, and its key under the name it is kept under. */
export function settingOf(
  fake: FakeOpenAi,
  id: string,
  more: Partial<EndpointSetting> = {},
): { setting: EndpointSetting; key: [name: string, value: string] } {
  return {
    setting: { id, preset: 'openai', baseUrl: fake.url, ...more },
    key: [endpointKeyName({ id, baseUrl: fake.url }), fake.key ?? ''],
  };
}

/** Claude and an OpenAI-compatible server named `mine`, both faked over HTTP. */
export async function startTwo(
  flavour: FlavourName = 'openai',
  more: Partial<EndpointSetting> = {},
  calls?: CallSink,
): Promise<Two> {
  const fake = await startFakeOpenAi({ flavour });
  const { setting, key } = settingOf(fake, 'mine', { preset: flavour, ...more });
  const keys = new Map([key]);
  const options = calls === undefined ? {} : { calls };
  return { core: await startCore({ more: serversAt([setting], keys), ...options }), fake, keys };
}
