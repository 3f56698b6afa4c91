import assert from 'node:assert/strict';
import { type FakeAnthropic, startFakeAnthropic } from '../../../support/anthropic/server.ts';
import { cacheAndSourceCases } from './cacheAndSourceCases.ts';
import { conversationCases } from './conversationCases.ts';
import { fieldCases } from './fieldCases.ts';
import { formatCases } from './formatCases.ts';
import { assistant, manual, text, user } from './requestParts.ts';
import { redacted, thinking } from './samples.ts';
import { ask, expectAnswer, post } from './wire.ts';

describe("the fake of Anthropic's API is as strict as the API", () => {
  let fake: FakeAnthropic;
  before(async () => {
    fake = await startFakeAnthropic();
  });
  after(() => fake.close());

  for (const [area, rows] of Object.entries({
    ...fieldCases,
    ...formatCases,
    ...conversationCases,
    ...cacheAndSourceCases,
  })) {
    for (const { what, change, says, version } of rows) {
      it(`${area}: ${what} is ${says ? 'refused' : 'taken'}`, async () => {
        const sent = { ...ask('Why?'), ...change };
        const response = await post(fake, sent, version ? { 'anthropic-version': version } : {});
        await expectAnswer(response, says ? 400 : 200, 'invalid_request_error', says);
      });
    }
  }

  it('sizes: a prompt longer than the window is refused with both numbers', async () => {
    const small = fake.models.find(({ id }) => id === manual);
    assert.ok(small);
    small.window = 2_000;
    const response = await post(fake, ask('word '.repeat(3_000), { model: manual }));
    await expectAnswer(
      response,
      400,
      'invalid_request_error',
      /^prompt is too long: \d{4} tokens > 2000 maximum$/,
    );
  });

  it('thinking: what the fake gave is taken back, and refused once it was changed', async () => {
    fake.enqueue({ kind: 'answer', blocks: [thinking, redacted, { type: 'text', deltas: ['Yes.'] }] });
    const { content } = (await (await post(fake, ask())).json()) as { content: object[] };
    const again = (blocks: unknown[]) =>
      ask('', { messages: [user(text('a')), assistant(...blocks), user(text('b'))] });
    await expectAnswer(await post(fake, again(content)), 200, '');
    const changed = content.with(0, { ...content[0], thinking: 'Something else.' });
    await expectAnswer(await post(fake, again(changed)), 400, 'invalid_request_error', /Invalid `signature`/);
  });
});
