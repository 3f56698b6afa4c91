import assert from 'node:assert/strict';
import { promptTokens } from '../../../src/core/providers/prices.ts';
import type { AssistantEntry } from '../../../src/protocol/entries.ts';
import type { TurnInput } from '../../../src/protocol/turnInput.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

/** Sections of a report, far more than the tokens a conversation may take. */
const text = Array.from(
  { length: 120 },
  (_, number) =>
    `## Section ${number}\n\n${`The harbour of town ${number} was dredged in spring. `.repeat(8)}`,
).join('\n\n');
const media: TurnInput['media'] = [
  { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text }, title: 'Report' },
];

describe('A document that is analysed', function () {
  // Each turn sends the document again, and the fake counts all of it.
  this.timeout(20_000);

  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    core.fake.always(() => answer('The harbour was dredged in spring.'));
    sessionId = (await core.store.create({ door: 'cli' })).id;
  });
  afterEach(() => core.close());

  async function ask(words: string, more: Partial<TurnInput> = {}): Promise<AssistantEntry> {
    const turn = await core.engine.startTurn(sessionId, { text: words, door: 'cli', ...more });
    for await (const event of turn.events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry;
    return assert.fail('the turn has no end');
  }

  it('is read from the cache by each later question, however long the conversation grows', async () => {
    core.settings.conversationTokens = 2_000;
    const first = await ask('What is it about?', { profile: 'document-analyst', media });
    assert.ok(first.usage);
    const document = promptTokens(first.usage);
    assert.ok(document > 10_000, `the document has ${document} tokens`);
    const questions = [
      'Section 12?',
      'Translate the first paragraph of section 30 into German.',
      'Section 200?',
    ];
    for (let number = 0; number < 12; number++) {
      const { usage, outcome, report } = await ask(`${questions[number % 3]} ${'please '.repeat(100)}`);
      assert.equal(outcome, 'done');
      assert.ok(
        (usage?.cacheReadTokens ?? 0) >= 0.9 * document,
        `question ${number} read ${usage?.cacheReadTokens} of ${document} from the cache`,
      );
      assert.ok(report?.segments.some(({ label }) => label === 'Report'));
    }
  });

  it('and a frame of the session keeps what the profile asks for', async () => {
    core.settings.compaction = 'model';
    await ask('What is it about?', { profile: 'document-analyst', media });
    for (const words of ['Section 1?', 'Section 2?', 'Section 3?']) await ask(words);
    await core.engine.memory.compact(sessionId, 'cli');
    const asked = core.fake.requests.map(({ body }) => JSON.stringify(body));
    assert.ok(asked.some((body) => body.includes('<remember>') && body.includes('Which document this is')));
  });

  it('is read from the cache after a frame took the place of the first turns', async () => {
    const first = await ask('What is it about?', { profile: 'document-analyst', media });
    assert.ok(first.usage);
    for (const words of ['Section 1?', 'Section 2?', 'Section 3?', 'Section 4?']) await ask(words);
    assert.ok(await core.engine.memory.compact(sessionId, 'cli'), 'a frame was written');
    const { usage, report } = await ask('Section 5?');
    assert.ok(report?.segments.some(({ kind }) => kind === 'frame'));
    assert.ok((usage?.cacheReadTokens ?? 0) >= 0.9 * promptTokens(first.usage), JSON.stringify(usage));
  });
});
