/** The real relay for tests, over what the test's core has. */
import { Emitter } from '../../src/base/emitter.ts';
import { Limiter } from '../../src/core/limits/limiter.ts';
import { anthropicKeyName } from '../../src/core/providers/anthropic/keyName.ts';
import { barredFrom } from '../../src/core/providers/barred.ts';
import { CallBatch, type KeptBodies } from '../../src/core/relay/callBatch.ts';
import { AnthropicRelay, type AnthropicRelayOptions } from '../../src/core/relay/modelRelay.ts';
import type { UserDatabase } from '../../src/store/user/openUserDatabase.ts';
import type { TestCore } from './core.ts';

export const testLimiter = (core: TestCore, users: UserDatabase): Limiter =>
  new Limiter(users.limits, { info() {}, warn() {}, error: (message) => core.logged.push(message) });

export const testCalls = (users: UserDatabase, logged: string[] = [], bodies?: KeptBodies): CallBatch =>
  new CallBatch(users.calls, { info() {}, warn() {}, error: (message) => logged.push(message) }, bodies);

/** Its calls are kept for as long as `calls` is open. */
export function testRelay(
  core: TestCore,
  calls: CallBatch,
  options: Partial<AnthropicRelayOptions> = {},
): AnthropicRelay {
  return new AnthropicRelay({
    secrets: {
      get: async (name) => (name === anthropicKeyName ? core.secrets.key : undefined),
      onDidChange: new Emitter<string>().event,
    },
    calls,
    masker: core.masker,
    barred: (staysHere) => barredFrom({ isTrusted: () => core.workspace.trusted }, core.settings, staysHere),
    baseUrl: () => core.fake.url,
    ...options,
  });
}
