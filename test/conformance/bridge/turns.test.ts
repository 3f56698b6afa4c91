import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connect } from '../../../src/client/client.ts';
import { errorBody, turnResult } from '../../../src/protocol/bridge.ts';
import { columnsOf, rowSum } from '../../../src/store/sqlite/rowSum.ts';
import { turnColumns } from '../../../src/store/sqlite/turnTable.ts';
import { answer, type Behaviour } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';

describe('bridge: how a turn ends, as a script is told', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let id: string;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  const others: TestBridge[] = [];
  /** A bridge of one test's own, which may come to harm. */
  const another = async () => {
    const started = await startTestBridge();
    others.push(started);
    return started;
  };
  afterEach(async () => {
    await Promise.all(others.splice(0).map((each) => each.close()));
  });
  beforeEach('a new session', async () => {
    id = (await call(test, 'POST', '/v1/sessions', {})).body.session.id;
  });

  const turns = () => `/v1/sessions/${id}/turns`;
  const ask = (text = 'Go.') => call(test, 'POST', turns(), { text });
  /** A turn that has begun, and goes on when the test lets it. */
  const begin = async (on: TestBridge = test, session = id) => {
    on.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const started = on.core.event('turn.started', (event) => event.sessionId === session);
    const asked = call(on, 'POST', `/v1/sessions/${session}/turns`, { text: 'Go.' });
    await started;
    return { asked };
  };

  it('done: 200, the text, and the entry as it is stored', async () => {
    test.core.fake.enqueue(answer('All is well.'));
    const got = await ask();
    assert.equal(got.status, 200);
    const { outcome, text, entry, sessionId } = turnResult.parse(got.body);
    assert.deepEqual([outcome, text, sessionId], ['done', 'All is well.', id]);
    const stored = await call(test, 'GET', `/v1/sessions/${id}`);
    assert.deepEqual(stored.body.entries.at(-1), entry);
  });

  it('stopped: 200 with what had arrived', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const asked = ask();
    const first = test.core.event('turn.text');
    await test.core.fake.gate.arrived();
    test.core.fake.gate.step();
    await first;
    assert.deepEqual((await call(test, 'POST', `/v1/sessions/${id}/stop`)).body, { stopped: true });
    const got = await asked;
    const { outcome, text } = turnResult.parse(got.body);
    assert.deepEqual([got.status, outcome, text], [200, 'stopped', 'one']);
    // The fake's answer, which nobody waits for any more, leaves its place at the gate.
    await test.core.fake.gate.arrived();
    test.core.fake.gate.step();
  });

  it('interrupted: 409 with the id of the turn, whose input and text are in the session', async () => {
    const other = await another();
    const { body } = await call(other, 'POST', '/v1/sessions', {});
    const { asked } = await begin(other, body.session.id);
    // As if the process that answers had gone: its lease is another's now, and that one is not there.
    handOver(join(other.core.folder, 'sessions.db'), `${hostname()}|4194305|1|gone`);
    const got = await asked;
    const { error, turnId } = errorBody.parse(got.body);
    assert.deepEqual([got.status, error.code], [409, 'interrupted']);
    const { entries } = (await call(other, 'GET', `/v1/sessions/${body.session.id}`)).body;
    assert.deepEqual(
      entries.map((entry: { kind: string; outcome?: string }) => [entry.kind, entry.outcome]),
      [
        ['user', undefined],
        ['assistant', 'interrupted'],
      ],
    );
    assert.equal(entries[1].turnId, turnId);
  });

  const failures: [string, Behaviour, number, RegExp][] = [
    ['a key that is wrong', { kind: 'error', status: 401 }, 502, /key/i],
    ['a request the API refuses', { kind: 'error', status: 400 }, 502, /./],
    ['a stream that breaks off', { kind: 'disconnect', text: 'half an ans' }, 502, /./],
    ['a stream without its last event', { kind: 'truncate', text: 'half an ans' }, 502, /./],
    ['an overload within the stream', { kind: 'error_in_stream', status: 529, text: 'half' }, 529, /./],
  ];
  for (const [what, behaviour, status, words] of failures) {
    it(`failed by ${what}: ${status} with code, words and the id of the turn, the same as in the events`, async () => {
      test.core.fake.enqueue(behaviour);
      const got = await ask();
      const { error, turnId } = errorBody.parse(got.body);
      assert.equal(got.status, status, JSON.stringify(got.body));
      assert.match(error.message, words);
      const { entries } = (await call(test, 'GET', `/v1/sessions/${id}`)).body;
      const last = entries.at(-1);
      assert.deepEqual([last.turnId, last.outcome, last.error.code], [turnId, 'failed', error.code]);
      test.core.fake.enqueue(behaviour);
      const events = [];
      for await (const event of connect(test).turn(id, { text: 'Again.' })) events.push(event);
      const end = events.at(-1);
      assert.ok(end?.type === 'turn.ended' && end.entry.kind === 'assistant');
      assert.deepEqual([end.entry.outcome, end.entry.error?.code], ['failed', error.code]);
    });
  }

  it('threat 17: a stream that was cut keeps its text in the session, marked as failed, and is never told as done', async () => {
    const cut: Behaviour[] = [
      { kind: 'disconnect', text: 'half an ans' },
      { kind: 'truncate', text: 'half an ans' },
    ];
    for (const behaviour of cut) {
      test.core.fake.enqueue(behaviour);
      const types: string[] = [];
      for await (const event of connect(test).turn(id, { text: 'Go.' })) {
        types.push(
          event.type === 'turn.ended' && event.entry.kind === 'assistant'
            ? `${event.entry.outcome}`
            : event.type,
        );
      }
      assert.equal(types.at(-1), 'failed');
      assert.equal(types.includes('done'), false);
      const { entries } = (await call(test, 'GET', `/v1/sessions/${id}`)).body;
      assert.deepEqual([entries.at(-1).outcome, entries.at(-1).content[0].text], ['failed', 'half an ans']);
    }
  });

  it('a second turn waits for the first, says so, and is taken back when its client goes away', async () => {
    const first = await begin();
    const waiting = test.core.event('turn.queued');
    const withdrawn = test.core.event('turn.withdrawn');
    const abort = new AbortController();
    const second = connect(test).turn(id, { text: 'Second.' }, { signal: abort.signal });
    const types: string[] = [];
    await assert.rejects(async () => {
      for await (const event of second) {
        types.push(event.type);
        await waiting;
        abort.abort();
      }
    });
    assert.deepEqual(types, ['turn.queued']);
    await withdrawn;
    test.core.fake.gate.step(3);
    assert.equal((await first.asked).body.outcome, 'done');
    const { entries } = (await call(test, 'GET', `/v1/sessions/${id}`)).body;
    assert.equal(JSON.stringify(entries).includes('Second.'), false);
  });

  it('a waiting turn that someone takes back: 409, and nothing of it is stored', async () => {
    const first = await begin();
    const queued = test.core.event('turn.queued');
    const asked = ask('Second.');
    const { turnId } = await queued;
    await test.core.engine.withdrawTurn(id, turnId);
    const got = await asked;
    assert.deepEqual([got.status, got.body.error.code, got.body.turnId], [409, 'turn_withdrawn', turnId]);
    test.core.fake.gate.step(3);
    assert.equal((await first.asked).status, 200);
  });

  it('threat 17: a connection that the bridge cuts within a turn is an error to the client, never an end', async () => {
    const other = await another();
    const { body } = await call(other, 'POST', '/v1/sessions', {});
    const { asked } = await begin(other, body.session.id);
    const stream = await fetch(`${other.url}/v1/sessions/${body.session.id}/turns`, {
      method: 'POST',
      headers: { ...bearer(other.token), 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Second.', stream: true }),
    });
    const broken = [assert.rejects(asked), assert.rejects(stream.text())];
    await other.bridge.stop();
    await Promise.all(broken);
  });
});

/** Gives the one turn of the database to another holder, as a whole row: one that does not match its sum is damaged. */
function handOver(file: string, holder: string): void {
  const database = new DatabaseSync(file, { timeout: 5000 });
  const row = database.prepare('SELECT * FROM turn').get();
  assert.ok(row?.payload instanceof Uint8Array);
  const crc = rowSum(columnsOf({ ...row, holder }, turnColumns), row.payload);
  database.prepare('UPDATE turn SET holder = ?, crc = ?').run(holder, crc);
  database.close();
}
