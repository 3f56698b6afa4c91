/** A bridge over the real core with Claude and OpenAI-compatible servers of the user's, all faked over HTTP. */
import { Emitter } from '../../src/base/emitter.ts';
import { anthropicKeyName } from '../../src/core/providers/anthropic/keyName.ts';
import type { EndpointSetting } from '../../src/core/providers/openai/endpoints.ts';
import { startTestBridge, type TestBridge, type TestBridgeOptions } from '../conformance/bridge/support.ts';
import { type FakeAnthropic, startFakeAnthropic } from './anthropic/server.ts';
import type { FlavourName } from './openai/flavours.ts';
import { type FakeOpenAi, startFakeOpenAi } from './openai/server.ts';
import { serversAt, settingOf } from './twoProviders.ts';

export interface BridgeWithServers<Name extends string> {
  test: TestBridge;
  claude: FakeAnthropic;
  /** By the names under which they are set. */
  servers: Record<Name, FakeOpenAi>;
  /** For programs' own calls. */
  setClaudeKey(key: string | undefined): void;
  close(): Promise<void>;
}

/** `wanted` names each server and its flavour, which is its preset too. */
export async function startWithServers<Name extends string>(
  wanted: Readonly<Record<Name, FlavourName>>,
  more?: Readonly<Partial<Record<Name, Partial<EndpointSetting>>>>,
  options: TestBridgeOptions = {},
): Promise<BridgeWithServers<Name>> {
  const claude = await startFakeAnthropic();
  const names = Object.keys(wanted) as Name[];
  const fakes = await Promise.all(
    names.map(
      async (name) =>
        [name, await startFakeOpenAi({ flavour: wanted[name], key: `sk-${name}-key` })] as const,
    ),
  );
  const set = fakes.map(([name, fake]) => settingOf(fake, name, { preset: wanted[name], ...more?.[name] }));
  const settings = set.map(({ setting }) => setting);
  const keys = new Map(set.map(({ key }) => key));
  let claudeKey: string | undefined = claude.key;
  const changed = new Emitter<string>();
  const test = await startTestBridge({
    ...options,
    fake: claude,
    more: serversAt(settings, keys),
    relay: {
      endpoints: () => settings,
      secrets: {
        get: async (name) => (name === anthropicKeyName ? claudeKey : keys.get(name)),
        onDidChange: changed.event,
      },
      ...options.relay,
    },
  });
  return {
    test,
    claude,
    servers: Object.fromEntries(fakes) as Record<Name, FakeOpenAi>,
    setClaudeKey(key) {
      claudeKey = key;
      changed.fire(anthropicKeyName);
    },
    async close() {
      await test.close();
      await claude.close();
      await Promise.all(fakes.map(([, fake]) => fake.close()));
    },
  };
}
