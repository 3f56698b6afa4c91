/** Claude's API, faked, as the window is made to use it: by the address in the settings and the key of the environment. */
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { set } from './window.ts';

const variable = 'ANTHROPIC_API_KEY';

export interface Claude {
  readonly fake: FakeAnthropic;
  /** Everything that was sent with the last request for an answer, as one text. */
  lastSent(): string;
  /** Requests for answers so far. */
  count(): number;
  close(): Promise<void>;
}

export async function startClaude(): Promise<Claude> {
  const fake = await startFakeAnthropic();
  process.env[variable] = fake.key;
  await set('anthropic.baseUrl', fake.url);
  const asked = () => fake.requests.filter(({ path }) => path === '/v1/messages');
  return {
    fake,
    lastSent: () => JSON.stringify(asked().at(-1)?.body ?? ''),
    count: () => asked().length,
    async close() {
      delete process.env[variable];
      await set('anthropic.baseUrl', undefined);
      await fake.close();
    },
  };
}
