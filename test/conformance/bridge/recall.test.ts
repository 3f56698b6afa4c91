import assert from 'node:assert/strict';
import { type BridgeClient, connect } from '../../../src/client/client.ts';
import { user } from '../../unit/store/sqlite/samples.ts';
import { call, startTestBridge, type TestBridge } from './support.ts';

const missing = '00000000-0000-4000-8000-000000000000';

describe('bridge: recalling earlier turns', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let client: BridgeClient;
  before(async () => {
    test = await startTestBridge();
    client = connect({ url: test.url, token: test.token });
  });
  after(() => test.close());

  async function filled(init: { private?: boolean }, ...texts: string[]): Promise<string> {
    const { id } = await test.core.store.create({ door: 'panel', ...init });
    await test.core.store.append(
      id,
      texts.map((text) => user(text)),
    );
    return id;
  }
  const recall = (id: string, body: unknown, token: string = test.token) =>
    call({ url: test.url, token }, 'POST', `/v1/sessions/${id}/recall`, body);

  it('a script finds what was said before, with an excerpt around what it asked for', async () => {
    const long = `${'filler '.repeat(500)}the pangolin sleeps in the attic ${'filler '.repeat(500)}`;
    const id = await filled({}, 'Something else', long);
    const [hit] = await client.sessions.recall(id, { query: 'Where does the pangolin sleep?' });
    const [, entry] = await test.core.store.log(id);
    assert.deepEqual(
      [hit?.sessionId, hit?.entryId, hit?.role, hit?.terms],
      [id, entry?.id, 'user', ['pangolin', 'sleep']],
    );
    assert.match(hit?.text ?? '', /^….*the pangolin sleeps in the attic.*…$/);
    assert.ok((hit?.text.length ?? 0) <= 1_002);
  });

  it('looks into other sessions only when asked to, and never into private ones or the trash', async () => {
    const own = await filled({}, 'Nothing here');
    const other = await filled({}, 'A kakapo was seen');
    await filled({ private: true }, 'A secret kakapo');
    await test.core.store.trash(await filled({}, 'An old kakapo'));
    assert.deepEqual(await client.sessions.recall(own, { query: 'kakapo' }), []);
    const found = await client.sessions.recall(own, { query: 'kakapo', scope: 'workspace' });
    assert.deepEqual(
      found.map(({ sessionId, text }) => [sessionId, text]),
      [[other, 'A kakapo was seen']],
    );
  });

  it('gives as many as are asked for, ten without', async () => {
    const id = await filled({}, ...Array.from({ length: 15 }, (_, at) => `numbat number ${at}`));
    assert.equal((await client.sessions.recall(id, { query: 'numbat' })).length, 10);
    assert.equal((await client.sessions.recall(id, { query: 'numbat', limit: 12 })).length, 12);
  });

  it('needs the scope to read sessions, and a session that is not private', async () => {
    const id = await filled({}, 'words');
    const { token } = await test.addClient({ scopes: ['sessions:write', 'turns'] });
    assert.deepEqual((await recall(id, { query: 'words' }, token)).status, 403);
    const hidden = await filled({ private: true }, 'words');
    for (const place of [hidden, missing])
      assert.equal((await recall(place, { query: 'words' })).status, 404);
  });

  const wrong: { what: string; body: unknown; field: string }[] = [
    { what: 'no query', body: {}, field: 'query' },
    { what: 'an empty query', body: { query: ' ' }, field: 'query' },
    { what: 'a query as long as a book', body: { query: 'x'.repeat(10_001) }, field: 'query' },
    { what: 'a limit of nothing', body: { query: 'x', limit: 0 }, field: 'limit' },
    { what: 'a limit that is too high', body: { query: 'x', limit: 51 }, field: 'limit' },
    { what: 'a scope that there is not', body: { query: 'x', scope: 'world' }, field: 'scope' },
    { what: 'an unknown field', body: { query: 'x', leafId: missing }, field: 'leafId' },
  ];
  for (const { what, body, field } of wrong) {
    it(`refuses ${what} and names the field`, async () => {
      const answer = await recall(await filled({}, 'words'), body);
      assert.deepEqual([answer.status, Object(answer.body).error.field], [400, field]);
    });
  }
});
