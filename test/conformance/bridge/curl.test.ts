import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../../support/anthropic/script.ts';
import { type CurlAnswer, call, curl, startTestBridge, type TestBridge } from './support.ts';
import { strictEvents } from './whatwgEvents.ts';

describe('bridge: a script with curl', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let id: string;
  before(async () => {
    test = await startTestBridge();
    id = (await call(test, 'POST', '/v1/sessions', {})).body.session.id;
  });
  after(() => test.close());
  afterEach('it still answers', async () => {
    assert.equal((await call(test, 'GET', '/v1/sessions')).status, 200);
  });

  const token = () => ['-H', `Authorization: Bearer ${test.token}`];
  const json = ['-H', 'Content-Type: application/json'];
  const at = (path: string) => `${test.url}${path}`;
  const turns = () => at(`/v1/sessions/${id}/turns`);

  it('is told that the bridge is there, makes a session, lists it and reads it', async () => {
    assert.equal((await curl(at('/health'))).status, 200);
    const made = await curl(...token(), ...json, '-d', '{"title":"By curl"}', at('/v1/sessions'));
    assert.equal(made.status, 201);
    const { session } = JSON.parse(made.body);
    assert.match(made.headers, new RegExp(`location: /v1/sessions/${session.id}\r\n`));
    const listed = JSON.parse((await curl(...token(), at('/v1/sessions'))).body);
    assert.equal(listed.sessions[0].title, 'By curl');
    const read = JSON.parse((await curl(...token(), at(`/v1/sessions/${session.id}`))).body);
    assert.deepEqual([read.session.title, read.entries], ['By curl', []]);
  });

  it('gets the answer of a turn as JSON', async () => {
    test.core.fake.enqueue(answer('Forty-two.'));
    const got = await curl(...token(), ...json, '-d', '{"text":"How many?"}', turns());
    assert.equal(got.status, 200);
    const { outcome, text, entry } = JSON.parse(got.body);
    assert.deepEqual([outcome, text, entry.kind], ['done', 'Forty-two.', 'assistant']);
  });

  it('gets the events of a turn as they come', async () => {
    test.core.fake.enqueue(answer('Forty-two.'));
    const accept = ['-N', '-H', 'Accept: text/event-stream'];
    const got = await curl(...token(), ...json, ...accept, '-d', '{"text":"How many?"}', turns());
    assert.equal(got.status, 200);
    assert.match(got.headers, /content-type: text\/event-stream; charset=utf-8\r\n/);
    const events = strictEvents(Buffer.from(got.body)).map((event) => JSON.parse(event.data));
    assert.equal(events[0].type, 'turn.started');
    const texts = events.filter((event) => event.type === 'turn.text').map((event) => event.text);
    assert.equal(texts.join(''), 'Forty-two.');
    assert.equal(events.at(-1).type, 'turn.ended');
  });

  const large = () => {
    const file = join(test.stateDir, 'large.json');
    writeFileSync(file, JSON.stringify({ text: 'x'.repeat(33 * 1024 * 1024) }));
    return `@${file}`;
  };
  const question = ['-d', '{"text":"Hi"}'];
  const cases: [string, () => string[], number, string, RegExp][] = [
    ['no token', () => [...json, ...question], 401, 'token_missing', /Authorization: Bearer/],
    [
      'a wrong token',
      () => ['-H', `Authorization: Bearer ${'a'.repeat(43)}`, ...json, ...question],
      401,
      'token_unknown',
      /not known or was revoked/,
    ],
    [
      'a foreign Host',
      () => [...token(), '-H', `Host: evil.example:${test.port}`, ...json, ...question],
      403,
      'host_not_allowed',
      /127\.0\.0\.1, localhost or \[::1\]/,
    ],
    [
      'the Origin of a web page',
      () => [...token(), '-H', 'Origin: https://evil.example', ...json, ...question],
      403,
      'origin_not_allowed',
      /does not answer web pages/,
    ],
    [
      'a body that is too large',
      () => [...token(), ...json, '--data-binary', large()],
      413,
      'body_too_large',
      /larger than 32 MB/,
    ],
    ['broken JSON', () => [...token(), ...json, '-d', '{"text":'], 400, 'body_not_json', /not JSON/],
    [
      'a form instead of JSON',
      () => [...token(), '-d', 'text=Hi'],
      415,
      'media_type_refused',
      /Content-Type: application\/json/,
    ],
  ];
  for (const [what, args, status, code, words] of cases) {
    it(`with ${what} is answered with ${status} ${code} and words that say what is wrong; nothing is stored`, async () => {
      const before = await entries();
      const got = await curl(...args(), turns());
      assertRefused(got, status, code, words);
      assert.deepEqual(await entries(), before);
    });
  }

  it('gets a code of its own for each of these faults', () => {
    assert.equal(new Set(cases.map(([, , , code]) => code)).size, cases.length);
  });

  async function entries(): Promise<unknown> {
    return (await call(test, 'GET', `/v1/sessions/${id}`)).body.entries;
  }
});

function assertRefused(got: CurlAnswer, status: number, code: string, words: RegExp): void {
  assert.equal(got.status, status);
  assert.match(got.headers, /content-type: application\/json; charset=utf-8\r\n/);
  assert.doesNotMatch(got.headers, /access-control/);
  const { error } = JSON.parse(got.body);
  assert.equal(error.code, code);
  assert.match(error.message, words);
}
