import assert from 'node:assert/strict';
import type { AssistantEntry, Attachment } from '../../../src/protocol/entries.ts';
import type { TurnEvent } from '../../../src/protocol/turnEvents.ts';
import { answer } from '../../support/openai/script.ts';
import { startTwo, type Two } from '../../support/twoProviders.ts';

const selection: Attachment = {
  kind: 'selection',
  uri: 'file:///w/src/retry.ts',
  path: 'src/retry.ts',
  startLine: 7,
  endLine: 8,
  text: 'const waits = [1, 2, 4];\nretry(waits);',
  mention: true,
};

describe('A turn of a model that cites by numbers', () => {
  let two: Two;
  let sessionId: string;
  before(async () => {
    two = await startTwo();
    sessionId = (await two.core.store.create({ door: 'bridge' })).id;
  });
  after(async () => {
    await two.core.close();
    await two.fake.close();
  });

  async function turn(
    text: string,
    attachments: Attachment[],
  ): Promise<{ events: TurnEvent[]; end: AssistantEntry }> {
    const { events } = await two.core.engine.startTurn(sessionId, {
      text,
      attachments,
      model: 'mine/fake-large',
      grounding: 'off',
      door: 'bridge',
    });
    const all: TurnEvent[] = [];
    for await (const event of events) all.push(event);
    const last = all.at(-1);
    assert.ok(last?.type === 'turn.ended' && last.entry.kind === 'assistant');
    return { events: all, end: last.entry };
  }

  it('tells its citations as events, keeps them in the answer, and sends none of their marks again', async () => {
    two.fake.enqueue(answer('It waits [1], and never [4] more.'), answer('Yes.'));
    const { events, end } = await turn('How long?', [selection]);
    const cited = {
      uri: selection.uri,
      path: 'src/retry.ts',
      startLine: 7,
      endLine: 8,
      quote: selection.text,
    };
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'turn.citation' ? [event.citation] : [])),
      [{ ...cited, index: 1 }],
    );
    const [block] = end.content;
    assert.ok(block?.type === 'text');
    assert.deepEqual([block.text, block.citations?.length], ['It waits ①, and never more.', 1]);
    await turn('Sure?', []);
    const sent = JSON.stringify(two.fake.requests.at(-1)?.body);
    assert.match(sent, /It waits , and never more\./);
    assert.doesNotMatch(sent, /①|numbered \[1\]/);
  });
});
