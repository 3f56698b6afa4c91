/** The real core with Claude and an OpenAI-compatible server, both faked over HTTP. */
import { Emitter } from '../../src/base/emitter.ts';
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

/** Claude and an OpenAI-compatible server named `mine`, both faked over HTTP. */
export async function startTwo(
  flavour: FlavourName = 'openai',
  more: Partial<EndpointSetting> = {},
): Promise<Two> {
  const fake = await startFakeOpenAi({ flavour });
  const setting: EndpointSetting = { id: 'mine', preset: flavour, baseUrl: fake.url, ...more };
  const keys = new Map([[endpointKeyName({ id: 'mine', baseUrl: fake.url }), fake.key ?? '']]);
  const silent = () => undefined;
  const servers = new OpenAiProviders({
    endpoints: () => [setting],
    secrets: { get: async (name) => keys.get(name), onDidChange: new Emitter<string>().event },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    log: { info: silent, warn: silent, error: silent },
  });
  return { core: await startCore({ more: servers }), fake, keys };
}
