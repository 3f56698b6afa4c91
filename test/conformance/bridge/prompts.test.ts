import assert from 'node:assert/strict';
import { type BridgeClient, connect } from '../../../src/client/client.ts';
import type { PromptFile } from '../../../src/core/ports.ts';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';

const file = (name: string, fields: string, text = 'Review {{what}}.'): PromptFile => ({
  name,
  place: 'workspace',
  text: `---\ndescription: Reviews a file\nvariables: { what: string }\n${fields}\n---\n${text}`,
});
const schema =
  'output: { type: object, required: [ok], properties: { ok: { type: boolean } }, additionalProperties: false }';

describe('bridge: prompts as endpoints', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let client: BridgeClient;
  const promptFiles: PromptFile[] = [];
  before(async () => {
    test = await startTestBridge({ promptFiles });
    client = connect({ url: test.url, token: test.token });
  });
  after(() => test.close());
  beforeEach(() => {
    promptFiles.splice(
      0,
      promptFiles.length,
      file('review', ''),
      file('old', 'status: deprecated\nsunset: 2027-01-31'),
      file('judge', schema),
      file('secret', 'status: draft'),
    );
  });
  const sent = () => JSON.stringify(test.core.fake.requests.at(-1)?.body);
  const post = (path: string, body: unknown, token = test.token) =>
    call({ url: test.url, token }, 'POST', path, body);
  const headersOf = async (path: string, body: unknown) => {
    const answered = await fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: { ...bearer(test.token), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await answered.text();
    return { status: answered.status, headers: answered.headers };
  };

  it('are listed with the schema of their input, drafts left out', async () => {
    const prompts = await client.prompts.list();
    assert.deepEqual(
      prompts.map(({ name, status }) => `${name} ${status}`),
      ['judge published', 'old deprecated', 'review published'],
    );
    assert.deepEqual(prompts[2]?.input.required, ['what']);
    assert.deepEqual(prompts[0]?.output?.required, ['ok']);
  });

  it('are asked with their values, in a session of their own that anyone can look at', async () => {
    test.core.fake.enqueue(answer('It is fine.'));
    const result = await client.prompts.run('review', { what: 'a.ts' });
    assert.deepEqual(
      [result.text, result.prompt, result.output],
      ['It is fine.', { name: 'review', version: 1 }, undefined],
    );
    assert.match(sent(), /Review a\.ts\./);
    assert.equal((await client.sessions.get(result.sessionId)).session.title, 'Reviews a file');
  });

  it('can be asked in a session that is there', async () => {
    const { id } = await client.sessions.create({});
    test.core.fake.enqueue(answer('One.'), answer('Two.'));
    await client.prompts.run('review', { what: 'a.ts' }, { sessionId: id });
    await client.prompts.run('review', { what: 'b.ts' }, { sessionId: id });
    assert.match(sent(), /Review a\.ts.*One\..*Review b\.ts/);
  });

  it('answer with JSON that fits their schema', async () => {
    test.core.fake.enqueue(answer('{"ok":true}'));
    const result = await client.prompts.run('judge@1', { what: 'a.ts' });
    assert.deepEqual(result.output, { ok: true });
    assert.match(sent(), /"output_config":\{"format":\{"type":"json_schema"/);
  });

  it('that got an answer beside their schema say so, and the answer is kept', async () => {
    test.core.fake.enqueue(answer('{"ok":"maybe"}'));
    const { id } = await client.sessions.create({});
    await assert.rejects(client.prompts.run('judge', { what: 'a.ts' }, { sessionId: id }), {
      code: 'prompt_output_invalid',
    });
    assert.match(JSON.stringify((await client.sessions.get(id)).entries), /maybe/);
  });

  it('that are deprecated work, and say that they are and until when', async () => {
    test.core.fake.enqueue(answer('Fine.'));
    const { status, headers } = await headersOf('/v1/prompts/old', { input: { what: 'a.ts' } });
    assert.equal(status, 200);
    assert.deepEqual(
      [headers.get('deprecation'), headers.get('sunset')],
      ['@0', 'Sun, 31 Jan 2027 00:00:00 GMT'],
    );
  });

  it('stream their turn when events are asked for', async () => {
    test.core.fake.enqueue(answer('It is fine.'));
    const { status, headers } = await headersOf('/v1/prompts/review', {
      input: { what: 'a.ts' },
      stream: true,
    });
    assert.deepEqual([status, headers.get('content-type')?.split(';')[0]], [200, 'text/event-stream']);
  });

  it('are what their files say now', async () => {
    promptFiles[0] = file('review', '', 'Look at {{what}}.');
    test.core.fake.enqueue(answer('Fine.'));
    await client.prompts.run('review', { what: 'a.ts' });
    assert.match(sent(), /Look at a\.ts\./);
  });

  const refused = (name: string, path: string, body: unknown, status: number, code: string) =>
    it(`refuse ${name}, and ask no model`, async () => {
      const before = test.core.fake.requests.length;
      const answered = await post(`/v1/prompts/${path}`, body);
      const error = JSON.stringify(answered.body);
      assert.equal(answered.status, status, error);
      assert.match(error, new RegExp(`"${code}"`));
      assert.equal(test.core.fake.requests.length, before);
    });
  refused('a value of another type', 'review', { input: { what: 1 } }, 400, 'prompt_input_invalid');
  refused(
    'a value that is not known',
    'review',
    { input: { what: 'a', more: 1 } },
    400,
    'prompt_input_invalid',
  );
  refused('a name that is not there', 'nothing', { input: {} }, 404, 'prompt_not_found');
  refused('a draft', 'secret', { input: { what: 'a' } }, 404, 'prompt_not_found');
  refused('a version that is not there', 'review@9', { input: { what: 'a' } }, 404, 'prompt_not_found');
  refused('what is no name', 'REVIEW', { input: {} }, 400, 'invalid_input');
  refused(
    'a session that is not there',
    'review',
    { input: { what: 'a' }, sessionId: crypto.randomUUID() },
    404,
    'not_found',
  );

  const leavesNothing = (
    why: string,
    name: string,
    code: string,
    { limits, stream }: { limits?: { parallel: number }; stream?: boolean } = {},
  ) =>
    it(`leave no session behind where ${why}`, async () => {
      promptFiles.push(
        { ...file('astray', 'model: nobody/none'), place: 'user' },
        { ...file('nobody', 'profile: nobody'), place: 'user' },
      );
      const { token } = await test.addClient({ name: 'left', ...(limits ? { limits } : {}) });
      const { id } = (await call({ url: test.url, token }, 'POST', '/v1/sessions', {})).body.session;
      if (limits) {
        test.core.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
        const running = post(`/v1/sessions/${id}/turns`, { text: 'Go.' }, token);
        await test.core.fake.gate.arrived();
        await leftBehind();
        test.core.fake.gate.step(2);
        await running;
      } else await leftBehind();

      async function leftBehind() {
        const before = await test.core.store.list();
        const refused = await post(
          `/v1/prompts/${name}`,
          { input: { what: 'a' }, ...(stream === undefined ? {} : { stream }) },
          token,
        );
        assert.equal(refused.body.error?.code, code);
        assert.deepEqual(
          (await test.core.store.list()).map((one) => one.id),
          before.map((one) => one.id),
        );
      }
    });
  leavesNothing('their model is not there', 'astray', 'model_not_found');
  leavesNothing('their model is not there and events were asked for', 'astray', 'model_not_found', {
    stream: true,
  });
  leavesNothing('their profile is not there', 'nobody', 'profile_not_found');
  leavesNothing('the program runs as many turns as it may', 'review', 'limit_parallel', {
    limits: { parallel: 1 },
  });

  it('refuse a program that may not ask', async () => {
    const { token } = await test.addClient({ scopes: ['sessions:read'] });
    assert.equal((await post('/v1/prompts/review', { input: { what: 'a' } }, token)).status, 403);
  });
});
