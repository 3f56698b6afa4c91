import assert from 'node:assert/strict';
import { promptTokens } from '../../../src/core/providers/prices.ts';
import { sendInput } from '../../../src/host/panel/sendInput.ts';
import type { AssistantEntry, Attachment } from '../../../src/protocol/entries.ts';
import type { PanelParams } from '../../../src/protocol/panel.ts';
import type { TurnInput } from '../../../src/protocol/turnInput.ts';
import { answer } from '../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../support/core.ts';

const sections = (place: string, count: number): string =>
  Array.from(
    { length: count },
    (_, number) => `## Section ${number}\n\n${`The ${place} of town ${number} was dredged. `.repeat(8)}`,
  ).join('\n\n');

const report = (title: string, data: string): NonNullable<TurnInput['media']>[number] => ({
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data },
  title,
});

/** A PDF of that many bytes and a few pages. */
function pdf(title: string, bytes: number): NonNullable<TurnInput['media']>[number] {
  const data = Buffer.alloc(bytes, 0x20);
  data.write('%PDF-1.7\n1 0 obj << /Type /Pages /Count 3 >>\n');
  return {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: data.toString('base64') },
    title,
  };
}

describe('Documents that a profile keeps', function () {
  this.timeout(20_000);

  let core: TestCore;
  let sessionId: string;
  beforeEach(async () => {
    core = await startCore();
    core.fake.always(() => answer('It was dredged.'));
    sessionId = (await core.store.create({ door: 'panel' })).id;
    await core.engine.memory.setProfile(sessionId, 'document-analyst', 'panel');
  });
  afterEach(() => core.close());

  /** As the panel sends it, with pictures and PDFs apart from texts. */
  async function ask(
    text: string,
    more: Partial<PanelParams<'send'>> = {},
    media: NonNullable<TurnInput['media']> = [],
  ): Promise<AssistantEntry> {
    const ended = core.event('turn.ended');
    const params = { sessionId, text, attachments: [], excluded: [], ...more };
    const taken = { attachments: params.attachments, media };
    await sendInput(core.engine, params, { door: 'panel' }, taken);
    const { entry } = await ended;
    assert.ok(entry.kind === 'assistant');
    return entry;
  }
  const sent = (): string => JSON.stringify(core.fake.requests.at(-1)?.body);
  const labels = ({ report: made }: AssistantEntry) => made?.segments.map(({ label }) => label) ?? [];
  const omitted = ({ report: made }: AssistantEntry) =>
    made?.omitted.map(({ label, reason }) => ({ label, reason })) ?? [];

  it('are left out of a turn one by one, which the report says', async () => {
    await ask('What is it about?', {}, [report('Harbours', sections('harbour', 20))]);
    await ask('And this?', {}, [report('Rivers', sections('river', 20))]);
    const both = await ask('Both?');
    const parts = both.report?.segments.filter(({ kind, partId }) => kind === 'conversation' && partId) ?? [];
    assert.deepEqual(
      parts.map(({ label }) => label),
      ['Harbours', 'Rivers'],
    );
    const [harbours] = parts;
    const one = await ask('One?', { excluded: [harbours?.partId ?? ''] });
    assert.ok(!sent().includes('harbour of town 5'), 'the document was sent');
    assert.ok(sent().includes('river of town 5'));
    assert.ok(!labels(one).includes('Harbours'));
    assert.deepEqual(
      one.report?.omitted.find(({ label }) => label === 'Harbours'),
      { label: 'Harbours', tokens: harbours?.tokens, reason: 'You left it out of this turn.' },
    );
    await ask('Again both?');
    assert.ok(sent().includes('harbour of town 5'), 'it was left out of one turn alone');
  });

  it('are texts that were attached in the panel too, and read from the cache by each later question', async () => {
    core.settings.conversationTokens = 2_000;
    const text = sections('harbour', 120);
    const attachments: Attachment[] = [
      { kind: 'file', uri: 'causeway-dropped:report.txt', path: 'report.txt', text },
    ];
    const first = await ask('What is it about?', { attachments });
    assert.ok(first.usage);
    const document = promptTokens(first.usage);
    assert.ok(document > 10_000, `the document has ${document} tokens`);
    for (let number = 1; number <= 5; number++) {
      const entry = await ask(`Translate section ${number * 20}. ${'please '.repeat(300)}`);
      assert.ok(sent().includes('harbour of town 119'), `question ${number} is without the document`);
      assert.ok(labels(entry).includes('report.txt'));
      // The first question after it writes it where it stays.
      if (number === 1) continue;
      assert.ok(
        (entry.usage?.cacheReadTokens ?? 0) >= 0.9 * document,
        `question ${number} read ${entry.usage?.cacheReadTokens} of ${document} from the cache`,
      );
    }
  });

  it('are left out by the bytes where a gateway takes fewer than the API does', async () => {
    await ask('One?', {}, [pdf('first.pdf', 3_000)]);
    await ask('Two?', {}, [pdf('second.pdf', 2_000)]);
    const before = core.fake.requests.length;
    const large = { kind: 'raw', status: 413, body: 'Payload Too Large' } as const;
    core.fake.enqueue(large);
    const half = await ask('Both?');
    assert.deepEqual([half.outcome, omitted(half).map(({ label }) => label)], ['done', ['first.pdf']]);
    core.fake.enqueue(large, large);
    const none = await ask('Both now?');
    assert.deepEqual(
      [
        none.outcome,
        omitted(none)
          .map(({ label }) => label)
          .slice(0, 2),
      ],
      ['done', ['second.pdf', 'first.pdf']],
    );
    assert.deepEqual(
      core.fake.requests.slice(before).map(({ status }) => status),
      [413, 200, 413, 413, 200],
    );
  });

  it('or not leave words in their places where a gateway takes fewer bytes, and all that was said is sent', async () => {
    sessionId = (await core.store.create({ door: 'panel' })).id;
    await ask('Which harbour?');
    await ask('What is in it?', {}, [pdf('first.pdf', 3_000)]);
    core.fake.enqueue({ kind: 'raw', status: 413, body: 'Payload Too Large' });
    const entry = await ask('Who dredged it?');
    const [words = '', ...others] = sent().match(/\[a document that was sent before\]/g) ?? [];
    assert.deepEqual([entry.outcome, words, others], ['done', '[a document that was sent before]', []]);
    for (const said of ['Which harbour?', 'What is in it?', 'Who dredged it?'])
      assert.ok(sent().includes(said), `${said} is not sent`);
    assert.ok(!sent().includes('application/pdf'));
    const [left, ...more] = entry.report?.omitted ?? [];
    assert.deepEqual([left?.label, more], ['Pictures and documents of 1 earlier message', []]);
    // Its three pages, without the words.
    assert.ok((left?.tokens ?? 0) > 8_000);
    const { request } = await core.engine.context(sessionId, { turnId: entry.turnId });
    assert.ok(JSON.stringify(request()).includes('[a document that was sent before]'));
  });

  it('and an input that has more than a request takes is refused before it is sent, with its size', async () => {
    const media = [pdf('first.pdf', 14 << 20), pdf('second.pdf', 14 << 20)];
    const refused = {
      code: 'attachments_too_large',
      message:
        'The pictures and documents of this input have 28.0 MB together; one request takes at most 20.0 MB. Nothing was sent. Take some out, or send them one after the other.',
    };
    await assert.rejects(ask('Both?', {}, media), refused);
    await assert.rejects(
      core.engine.context(sessionId, { input: { text: 'Both?', media, door: 'panel' } }),
      refused,
    );
    assert.equal(core.fake.requests.length, 0);
    assert.deepEqual(
      (await core.store.log(sessionId)).map(({ kind }) => kind),
      ['profile'],
    );
  });
});
