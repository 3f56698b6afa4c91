import assert from 'node:assert/strict';
import { type BridgeClient, connect } from '../../../src/client/client.ts';
import { openSecretScanner } from '../../../src/workers/openSecretScanner.ts';
import { answer } from '../../support/anthropic/script.ts';
import { workerUrl } from '../../support/core.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

const missing = '00000000-0000-4000-8000-000000000000';

describe('bridge: what was sent', function () {
  this.timeout(20_000);
  const scanner = openSecretScanner({
    workerUrl: workerUrl('secrets'),
    log: { info() {}, warn() {}, error() {} },
  });
  let test: TestBridge;
  let client: BridgeClient;
  let id: string;
  const turns: string[] = [];
  before(async () => {
    test = await startTestBridge({ scanner });
    client = connect({ url: test.url, token: test.token });
    ({ id } = await test.core.store.create({ door: 'panel' }));
    for (const text of ['First?', 'Second?']) {
      test.core.fake.enqueue(answer(`About ${text}`));
      const asked = await call({ url: test.url, token: test.token }, 'POST', `/v1/sessions/${id}/turns`, {
        text,
      });
      turns.push(String(asked.body.turnId));
    }
  });
  after(async () => {
    await test.close();
    await scanner.close();
  });

  const get = (place: string, query = '', token = test.token) =>
    call({ url: test.url, token }, 'GET', `/v1/sessions/${place}/context${query}`);

  it('is told of the newest turn, with the tokens and the reason of each segment', async () => {
    const { context, texts, request } = await client.sessions.context(id);
    assert.equal(context.turnId, turns[1]);
    assert.deepEqual([texts, request], [undefined, undefined]);
    assert.equal(context.report.segments.at(-1)?.kind, 'input');
    assert.equal(context.costs.length, context.report.segments.length);
    assert.ok(context.report.segments.every(({ reason }) => reason.length > 0));
  });

  it('is told of a turn that is named, with the texts and the request as the API got it', async () => {
    const turn = turns[0] ?? '';
    const { context, texts, request } = await client.sessions.context(id, {
      turn,
      texts: true,
      request: true,
    });
    assert.equal(context.turnId, turn);
    assert.match(texts?.at(-1) ?? '', /First\?/);
    const sent = test.core.fake.requests.find(({ body }) => JSON.stringify(body).includes('First?'));
    assert.deepEqual(request, sent?.body);
  });

  it('has what looks like a secret marked, as the panel has', async () => {
    test.core.fake.enqueue(answer('A token.'));
    // Put together here, so that nobody's scanner takes this file for one with secrets in it.
    const text = ['What is ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx?'].join('');
    const secret = await test.core.store.create({ door: 'panel' });
    await call({ url: test.url, token: test.token }, 'POST', `/v1/sessions/${secret.id}/turns`, { text });
    const { context } = await client.sessions.context(secret.id);
    assert.deepEqual(
      context.secrets.map(({ segment, what }) => [context.report.segments[segment]?.kind, what]),
      [['input', 'GitHub token']],
    );
  });

  it('is not told to a token that may not read sessions', async () => {
    const { token } = await test.addClient({ scopes: ['turns'] });
    assert.equal((await get(id, '', token)).status, 403);
  });

  it('is not told of what is not there, not yet sent, or private', async () => {
    const hidden = await test.core.store.create({ door: 'panel', private: true });
    const empty = await test.core.store.create({ door: 'panel' });
    assert.equal((await get(missing)).status, 404);
    assert.equal((await get(hidden.id)).status, 404);
    assert.equal((await get(empty.id)).status, 404);
    assert.equal((await get(id, `?turn=${missing}`)).status, 404);
  });

  it('is refused with the name of a field that does not fit', async () => {
    const { status, body } = await get(id, '?texts=perhaps');
    assert.equal(status, 400);
    assert.match(JSON.stringify(body), /texts/);
  });
});
