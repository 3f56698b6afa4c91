import assert from 'node:assert/strict';
import { answer } from '../../support/anthropic/script.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

describe('bridge: branches of a session', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const ask = async (id: string, body: object) => {
    test.core.fake.enqueue(answer('Noted.'));
    const { status, body: told } = await call(test, 'POST', `/v1/sessions/${id}/turns`, body);
    assert.equal(status, 200);
    return told.entry;
  };

  it('are listed with where each goes on, and a program goes on there', async () => {
    const { id } = (await call(test, 'POST', '/v1/sessions', {})).body.session;
    const first = await ask(id, { text: 'One?' });
    await ask(id, { text: 'Better?', parentId: null });
    const { forks } = (await call(test, 'GET', `/v1/sessions/${id}/branches`)).body;
    assert.deepEqual([forks.length, forks[0].ways.length, forks[0].ways[0].leafId], [1, 2, first.id]);
    const { leafId } = forks[0].ways[0];
    assert.equal((await call(test, 'POST', `/v1/sessions/${id}/head`, { entryId: leafId })).status, 200);
    const { entries } = (await call(test, 'GET', `/v1/sessions/${id}`)).body;
    assert.deepEqual(
      entries.map(({ kind, door }: { kind: string; door: string }) => [kind, door]),
      [
        ['user', 'bridge'],
        ['assistant', 'bridge'],
        ['rewind', 'bridge'],
      ],
    );
  });

  it('a head that is no entry is refused, and one of a session that is answering', async () => {
    const { id } = (await call(test, 'POST', '/v1/sessions', {})).body.session;
    const { id: entryId } = await ask(id, { text: 'One?' });
    const missing = await call(test, 'POST', `/v1/sessions/${id}/head`, { entryId: crypto.randomUUID() });
    assert.deepEqual([missing.status, missing.body.error.code], [404, 'not_found']);
    test.core.fake.enqueue({ kind: 'drip', text: 'Slow.', gated: true });
    const began = test.core.event('turn.started');
    const asked = call(test, 'POST', `/v1/sessions/${id}/turns`, { text: 'Two?' });
    await began;
    const refused = await call(test, 'POST', `/v1/sessions/${id}/head`, { entryId });
    assert.deepEqual([refused.status, refused.body.error.code], [409, 'turn_under_way']);
    test.core.fake.gate.step();
    assert.equal((await asked).status, 200);
  });
});
