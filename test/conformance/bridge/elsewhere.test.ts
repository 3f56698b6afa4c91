import assert from 'node:assert/strict';
import type { PassageSearch } from '../../../src/core/ports.ts';
import type { ClientScope } from '../../../src/core/register.ts';
import { answer } from '../../support/anthropic/script.ts';
import { answer as stored, user } from '../../unit/store/sqlite/samples.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';

const fileWords = 'the walrus key lies in the third drawer';
const openWords = 'export const pangolin = 41';
const memoryWords = 'Always name the quokka first.';
const otherWords = 'The kakapo was seen by the old mill at dawn.';

const search: PassageSearch = {
  search: async () => [
    { uri: 'file:///w/notes.md', path: 'notes.md', startLine: 1, endLine: 1, text: fileWords, score: 1 },
  ],
};

describe('bridge: what was sent with a turn and comes from elsewhere than its session', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let session: string;
  let own: { token: string; url: string };

  before(async () => {
    test = await startTestBridge({ search });
    test.core.settings.recall = 'workspace';
    test.core.settings.grounding = 'workspace';
    test.core.workspace.openFiles = [
      {
        uri: 'file:///w/a.ts',
        path: 'a.ts',
        text: openWords,
        languageId: 'typescript',
        active: true,
      },
    ];
    test.core.workspace.memoryFiles = [{ path: 'AGENTS.md', text: memoryWords }];
    own = { url: test.url, ...(await test.addClient({ name: 'own' })) };
    const other = (await call(own, 'POST', '/v1/sessions', {})).body.session.id;
    await test.core.store.append(other, [user(otherWords)]);
    session = (await test.core.store.create({ door: 'panel' })).id;
    const first = crypto.randomUUID();
    await test.core.store.append(session, [user('Hello', first), stored('Hello.', first)]);
    test.core.fake.enqueue(answer('By the mill.'));
    const turn = await test.core.engine.startTurn(session, {
      text: 'Where was the kakapo seen, by which mill, at dawn?',
      door: 'panel',
    });
    for await (const event of turn.events) void event;
    const sent = JSON.stringify(test.core.fake.requests.at(-1)?.body);
    for (const words of [fileWords, openWords, memoryWords, otherWords]) assert.ok(sent.includes(words));
  });
  after(() => test.close());

  const asked = async (scopes: ClientScope[], query: string) => {
    const { token } = await test.addClient({ name: 'reader', scopes });
    return call({ url: test.url, token }, 'GET', `/v1/sessions/${session}/context?${query}`);
  };
  const told = (body: unknown) => {
    const text = JSON.stringify(body);
    return [fileWords, openWords, memoryWords, otherWords].filter((words) => text.includes(words));
  };

  for (const query of ['texts=true', 'request=true', 'texts=true&request=true']) {
    it(`is not told a program that may only read sessions, at ?${query}, which is told what is left out and why`, async () => {
      const { status, body } = await asked(['sessions:read'], query);
      assert.equal(status, 200);
      assert.deepEqual(told(body), []);
      assert.match(JSON.stringify(body), /Where was the kakapo seen/);
      const kinds = body.leftOut.map(({ segment, reason }: { segment: number; reason: string }) => [
        body.context.report.segments[segment].kind,
        /scope grounding|another session/.exec(reason)?.[0],
      ]);
      assert.deepEqual(kinds, [
        ['memory_file', 'scope grounding'],
        ['recall', 'another session'],
        ['grounding', 'scope grounding'],
        ['grounding', 'scope grounding'],
      ]);
    });
  }

  it('is told of files to a program with the scope for them, and of another program’s session still not', async () => {
    const { body } = await asked(['sessions:read', 'grounding'], 'texts=true&request=true');
    assert.deepEqual(told(body), [fileWords, openWords, memoryWords]);
    assert.equal(body.leftOut.length, 1);
  });

  it('is told of a session to the program whose it is, and all of it to the user', async () => {
    const theirs = await call(own, 'GET', `/v1/sessions/${session}/context?texts=true&request=true`);
    assert.equal(told(theirs.body).length, 4);
    assert.equal(theirs.body.leftOut, undefined);
    const user = { url: test.url, token: test.ownerToken() };
    const all = await call(user, 'GET', `/v1/sessions/${session}/context?texts=true`);
    assert.equal(told(all.body).length, 4);
  });

  it('is not told of another program’s session that the user mentioned', async () => {
    const mine = await call(own, 'POST', '/v1/sessions', { title: 'Of the program' });
    const words = 'The numbat hides in the boiler room.';
    await test.core.store.append(mine.body.session.id, [user(words)]);
    const { id } = await test.core.store.create({ door: 'panel' });
    const uri = `causeway-session:${mine.body.session.id}`;
    test.core.fake.enqueue(answer('There.'));
    const turn = await test.core.engine.startTurn(id, {
      text: 'Look there.',
      door: 'panel',
      attachments: [{ kind: 'session', uri, path: 'Of the program', text: '', mention: true }],
    });
    for await (const event of turn.events) void event;
    assert.ok(JSON.stringify(test.core.fake.requests.at(-1)?.body).includes(words));
    const { token } = await test.addClient({ name: 'other', scopes: ['sessions:read', 'grounding'] });
    const read = (to: { url: string; token: string }) =>
      call(to, 'GET', `/v1/sessions/${id}/context?texts=true&request=true`);
    assert.ok(!JSON.stringify((await read({ url: test.url, token })).body).includes(words));
    assert.ok(JSON.stringify((await read(own)).body).includes(words));
  });

  it('stands in no entry that a program reads, nor in an event it hears', async () => {
    const { token } = await test.addClient({ name: 'plain', scopes: ['sessions:read'] });
    const read = await call({ url: test.url, token }, 'GET', `/v1/sessions/${session}`);
    assert.deepEqual(told(read.body.entries), []);
    assert.match(JSON.stringify(read.body.entries), /"kind":"grounding"/);
    const stream = await fetch(`${test.url}/v1/sessions/${session}/events?after=0`, {
      headers: bearer(token),
    });
    test.core.fake.enqueue(answer('Still by the mill.'));
    const again = await test.core.engine.startTurn(session, {
      text: 'And the kakapo of the old mill at dawn?',
      door: 'panel',
    });
    for await (const event of again.events) void event;
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes('event: turn.ended') && heard.endsWith('\n\n')) break;
    }
    assert.match(heard, /Still by the mill/);
    assert.deepEqual(told(heard), []);
  });
});
