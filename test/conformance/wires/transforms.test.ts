/** The user's own modules that see what leaves and what comes back: real files, in their real thread, through a real bridge. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { connect } from '../../../src/client/client.ts';
import { type ClosableTransforms, openTransforms } from '../../../src/workers/openTransforms.ts';
import { SecretRules } from '../../../src/workers/secretRules.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { canaries } from '../../support/canaries.ts';
import { workerUrl } from '../../support/core.ts';
import * as chat from '../../support/openai/script.ts';
import { type BridgeWithServers, startWithServers } from '../../support/servers.ts';
import { call, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const server = 'mine/fake-large';
/** Every text of a request or an answer, whatever its form. */
const walk = `const walk = (value, change) =>
  typeof value === 'string' ? change(value)
  : Array.isArray(value) ? value.map((one) => walk(one, change))
  : value && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, one]) =>
        [name, ['type', 'role', 'name', 'id', 'tool_use_id', 'cache'].includes(name) ? one : walk(one, change)]))
  : value;
`;
const pseudonyms = readFileSync(
  new URL('../../../examples/transforms/pseudonyms.mjs', import.meta.url),
  'utf8',
);

describe('wire: the user’s transforms', function () {
  this.timeout(60_000);
  let folder: string;
  let transforms: ClosableTransforms;
  let all: BridgeWithServers<'mine'>;
  let test: TestBridge;
  let sdk: Anthropic;
  let openai: OpenAI;
  const logged: string[] = [];
  const keep = (line: string) => void logged.push(line);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-transforms-'));
    transforms = openTransforms({
      folder: join(folder, 'transforms'),
      workerUrl: workerUrl('transforms'),
      log: { info: keep, warn: keep, error: keep },
      callMs: 3_000,
    });
    const options = { transforms, scanner: new SecretRules(), relay: { transforms } };
    all = await startWithServers({ mine: 'openai' }, {}, options);
    ({ test } = all);
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
    openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  after(async () => {
    await all.close();
    await transforms.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Until the folder is seen as it is: it is looked into a few times a second at most. */
  async function until(fits: (state: 'none' | 'loaded' | 'broken') => boolean): Promise<void> {
    for (;;) {
      const active = await Promise.resolve(transforms.active()).catch(() => 'broken' as const);
      if (fits(active === undefined ? 'none' : active === 'broken' ? 'broken' : 'loaded')) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The folder holds these and nothing else; resolves when that is what counts. */
  async function put(files: Readonly<Record<string, string>>): Promise<void> {
    const place = join(folder, 'transforms');
    rmSync(place, { recursive: true, force: true });
    await until((state) => state === 'none');
    mkdirSync(place);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
    if (Object.keys(files).length > 0) await until((state) => state !== 'none');
  }

  const claudes = () => test.core.fake.requests.filter(({ path }) => path.startsWith('/v1/messages'));
  const sentToClaude = () => JSON.stringify(claudes().at(-1)?.body);
  const sentToServer = () =>
    JSON.stringify(
      all.servers.mine.requests.findLast(({ path }) => path.endsWith('/chat/completions'))?.body,
    );
  const messages = [{ role: 'user' as const, content: 'Who is Ada?' }];
  const turn = async (text: string) => {
    const created = await call(test, 'POST', '/v1/sessions', {});
    const { id } = (created.body as { session: { id: string } }).session;
    const answered = await call(test, 'POST', `/v1/sessions/${id}/turns`, {
      text,
      stream: false,
    });
    return { id, status: answered.status, body: JSON.stringify(answered.body) };
  };

  describe('that put pseudonyms in and names back', () => {
    before(() => put({ 'names.mjs': pseudonyms }));

    it('change a plain call of Claude and its answer', async () => {
      test.core.fake.enqueue(answer('PERSON-1 wrote it.'));
      const said = await sdk.messages.create({ model, max_tokens: 100, system: 'Ada asks.', messages });
      assert.deepEqual(said.content, [{ type: 'text', text: 'Ada wrote it.', citations: null }]);
      assert.match(sentToClaude(), /Who is PERSON-1\?/);
      assert.ok(!sentToClaude().includes('Ada'), sentToClaude());
    });

    it('change a stream, in the form and order in which it came', async () => {
      test.core.fake.enqueue(answer('It was PERSON-1 who wrote it.'));
      const stream = sdk.messages.stream({ model, max_tokens: 100, messages });
      const said = await stream.finalMessage();
      assert.deepEqual(said.content, [{ type: 'text', text: 'It was Ada who wrote it.', citations: null }]);
      assert.equal(said.stop_reason, 'end_turn');
    });

    for (const streams of [false, true])
      it(`change the input of a call of a tool${streams ? ' in a stream' : ''}`, async () => {
        const tools = [
          { name: 'look', description: 'Looks Ada up.', input_schema: { type: 'object' as const } },
        ];
        test.core.fake.enqueue(toolCall('toolu_1', 'look', { who: 'PERSON-1', more: ['PERSON-1'] }));
        const asked = { model, max_tokens: 100, messages, tools };
        const said = streams
          ? await sdk.messages.stream(asked).finalMessage()
          : await sdk.messages.create(asked);
        const [block] = said.content;
        assert.deepEqual(block?.type === 'tool_use' && [block.name, block.input], [
          'look',
          { who: 'Ada', more: ['Ada'] },
        ]);
        assert.match(sentToClaude(), /Looks PERSON-1 up\./);
      });

    it('see what is counted before it is asked', async () => {
      await sdk.messages.countTokens({ model, messages });
      assert.match(sentToClaude(), /Who is PERSON-1\?/);
    });

    for (const streams of [false, true])
      it(`change calls of another server${streams ? ' that stream' : ''}`, async () => {
        all.servers.mine.enqueue(chat.answer('PERSON-1 did, says PERSON-1.'));
        let text = '';
        if (streams)
          for await (const chunk of await openai.chat.completions.create({
            model: server,
            messages,
            stream: true,
          }))
            text += chunk.choices[0]?.delta.content ?? '';
        else
          text =
            (await openai.chat.completions.create({ model: server, messages })).choices[0]?.message.content ??
            '';
        assert.equal(text, 'Ada did, says Ada.');
        assert.match(sentToServer(), /Who is PERSON-1\?/);
      });

    for (const streams of [false, true])
      it(`change what another server calls a tool with${streams ? ' in a stream' : ''}`, async () => {
        all.servers.mine.enqueue(chat.toolCall('call_1', 'look', { who: 'PERSON-1' }));
        const tools = [
          { type: 'function' as const, function: { name: 'look', parameters: { type: 'object' } } },
        ];
        let given = '';
        if (streams)
          for await (const { choices } of await openai.chat.completions.create({
            ...{ model: server, messages, tools },
            stream: true,
          }))
            given += choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '';
        else {
          const said = await openai.chat.completions.create({ model: server, messages, tools });
          const [made] = said.choices[0]?.message.tool_calls ?? [];
          given = made?.type === 'function' ? made.function.arguments : '';
        }
        assert.deepEqual(JSON.parse(given), { who: 'Ada' });
      });

    it('change calls in OpenAI’s wire that Claude answers', async () => {
      test.core.fake.enqueue(answer('PERSON-1.'));
      const said = await openai.chat.completions.create({ model, messages });
      assert.equal(said.choices[0]?.message.content, 'Ada.');
      assert.match(sentToClaude(), /Who is PERSON-1\?/);
    });

    it('change a turn of a session, whose log has the answer as it is shown', async () => {
      test.core.fake.enqueue(answer('PERSON-1 wrote it.'));
      const { id, body } = await turn('Who is Ada?');
      assert.match(body, /Ada wrote it\./);
      assert.match(sentToClaude(), /Who is PERSON-1\?/);
      const entries = JSON.stringify((await call(test, 'GET', `/v1/sessions/${id}`)).body);
      assert.ok(entries.includes('Who is Ada?') && !entries.includes('PERSON-1'), entries);
    });

    it('see texts that are to become numbers', async () => {
      await openai.embeddings.create({ model: 'mine/fake-embed', input: ['Ada', 'Someone'] });
      const sent = all.servers.mine.requests.findLast(({ path }) => path.endsWith('/embeddings'));
      assert.match(JSON.stringify(sent?.body), /"input":\["PERSON-1","Someone"\]/);
    });

    it('are in the report of what was sent, with what was sent instead', async () => {
      test.core.fake.enqueue(answer('Done.'));
      const { id } = await turn('Who is Ada?');
      const { context: sent } = await connect(test).sessions.context(id);
      assert.deepEqual(sent.report.transformed?.files, ['names.mjs']);
      assert.deepEqual(
        sent.report.transformed?.parts.map(({ place }) => place),
        ['message 1 (user)'],
      );
      const [entry] = (await test.core.store.log(id)).filter(({ kind }) => kind === 'assistant');
      const report = entry?.kind === 'assistant' ? entry.report : undefined;
      assert.match(report?.transformed?.parts[0]?.text ?? '', /Who is PERSON-1\?/);
    });
  });

  it('run in the order of their names, each on what the one before it made', async () => {
    await put({
      '20-second.mjs': `${walk}export const request = (r) => walk(r, (text) => text.replace('[1]', '[1][2]'));`,
      '10-first.mjs': `${walk}export const request = (r) => walk(r, (text) => text.replace('Who', '[1] Who'));`,
      'notes.md': 'No module.',
      '.hidden.mjs': 'throw new Error()',
    });
    test.core.fake.enqueue(answer('Yes.'));
    await sdk.messages.create({ model, max_tokens: 100, messages });
    assert.match(sentToClaude(), /\[1\]\[2\] Who is Ada\?/);
  });

  it('are told what they see, and may await', async () => {
    await put({
      'about.mjs': `export const request = async (request, about) => {
  await new Promise((resolve) => setImmediate(resolve));
  const text = JSON.stringify(about);
  if (about.form === 'chat') return { ...request, messages: [{ role: 'system', content: text }, ...request.messages] };
  return { ...request, system: [...request.system, { type: 'text', text }] };
};`,
    });
    test.core.fake.enqueue(answer('Yes.'));
    await sdk.messages.create({ model, max_tokens: 100, messages });
    const plain = JSON.stringify({ form: 'messages', provider: 'anthropic', model, from: 'program' });
    assert.ok(sentToClaude().includes(JSON.stringify(plain).slice(1, -1)), sentToClaude());
    all.servers.mine.enqueue(chat.answer('Yes.'));
    await openai.chat.completions.create({ model: server, messages });
    assert.match(sentToServer(), /form\\":\\"chat\\",\\"provider\\":\\"mine\\",\\"model\\":\\"fake-large/);
    test.core.fake.enqueue(answer('Yes.'));
    await turn('Who?');
    assert.match(sentToClaude(), /from\\":\\"session/);
  });

  it('cannot leave a secret in the request that they added: it is masked in sessions and in plain calls', async () => {
    const [{ line, secret } = assert.fail()] = canaries();
    await put({
      'leak.mjs': `export const request = (r) => ({ ...r, system: [...r.system, { type: 'text', text: ${JSON.stringify(line)} }] });`,
    });
    test.core.fake.enqueue(answer('Yes.'));
    await sdk.messages.create({ model, max_tokens: 100, messages });
    assert.match(sentToClaude(), /\[secret:/);
    assert.ok(!sentToClaude().includes(secret));
    test.core.fake.enqueue(answer('Yes.'));
    const { id } = await turn('Who?');
    assert.match(sentToClaude(), /\[secret:/);
    assert.ok(!sentToClaude().includes(secret));
    assert.ok(!JSON.stringify(await test.core.store.log(id)).includes(secret));
  });

  const failing: [what: string, source: string, said: RegExp][] = [
    ['throws', `export const request = () => { throw new Error('Ada’s key'); };`, /threw an error/],
    ['rejects', `export const request = async () => { null.x; };`, /threw an error/],
    ['loops for ever', 'export const request = () => { for (;;); };', /took longer than 3 seconds/],
    ['never resolves', 'export const request = () => new Promise(() => {});', /took longer than 3 seconds/],
    ['gives nothing back', 'export const request = (request) => { request.x = 1; };', /gave nothing back/],
    ['gives a text back', `export const request = () => 'rubbish';`, /gave back something else/],
    [
      'gives back another model',
      `export const request = (r) => ({ ...r, model: 'claude-x', headers: { 'x-api-key': 'k' } });`,
      /fields that are not its to set \(model, headers\)/,
    ],
    [
      'gives back messages that are none',
      'export const request = (r) => ({ ...r, messages: [7] });',
      /gave back something else than it was given at messages\.0/,
    ],
    [
      'gives back more than a request may have',
      `export const request = (r) => ({ ...r, messages: [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(40_000_000) }] }] });`,
      /more than 32 million characters/,
    ],
    [
      'gives back a circle',
      'export const request = (r) => { r.messages.push(r); return r; };',
      /what is no JSON/,
    ],
    ['ends its thread', 'export const request = () => process.exit(0);', /ended its thread/],
    ['has a fault in its code', 'export const request = (;', /threw an error/],
    ['exports nothing', 'const request = 1;', /exports no function named request or answer/],
  ];
  for (const [what, source, said] of failing)
    it(`refuse the request where one ${what}: nothing is sent, and the error names the file`, async () => {
      await put({ 'broken.mjs': source });
      const before = claudes().length;
      await assert.rejects(sdk.messages.create({ model, max_tokens: 100, messages }), (error) => {
        assert.ok(error instanceof Anthropic.APIError);
        assert.equal(error.status, 424);
        assert.match(error.message, /The transform broken\.mjs /);
        assert.match(error.message, said);
        assert.match(error.message, /transform_failed/);
        assert.doesNotMatch(error.message, /Ada|at file:|\.mjs:\d/);
        return true;
      });
      const { body } = await turn('Who?');
      assert.match(body, /transform_failed/);
      assert.match(body, said);
      assert.doesNotMatch(body, /at file:|\.mjs:\d/);
      assert.equal(claudes().length, before);
    });

  const made = async (path: string) => {
    while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
  };
  for (const step of ['request', 'answer'])
    it(`end a turn at once that is stopped while one is at work on its ${step}, and nothing of it is shown`, async () => {
      const marked = join(folder, `${step}.mark`);
      await put({
        'slow.mjs': `import { writeFileSync } from 'node:fs';
let first = true;
export const ${step} = (given) => {
  if (!first) return given;
  first = false;
  setInterval(() => writeFileSync(${JSON.stringify(marked)}, ''), 5);
  return new Promise(() => {});
};`,
      });
      const before = claudes().filter(({ path }) => path === '/v1/messages').length;
      if (step === 'answer') test.core.fake.enqueue(answer('Hidden words.'));
      const { body } = await call(test, 'POST', '/v1/sessions', {});
      const { id } = (body as { session: { id: string } }).session;
      const asked = call(test, 'POST', `/v1/sessions/${id}/turns`, { text: 'Who?', stream: false });
      await made(marked);
      await call(test, 'POST', `/v1/sessions/${id}/stop`);
      const { outcome, text } = (await asked).body as { outcome: string; text: string };
      assert.deepEqual([outcome, text], ['stopped', '']);
      // The module is at work still: nobody has waited until its time was over.
      rmSync(marked);
      await made(marked);
      assert.equal(
        claudes().filter(({ path }) => path === '/v1/messages').length - before,
        step === 'answer' ? 1 : 0,
      );
    });

  it('put the frames of what one threw into the log, and not its words', async () => {
    await put({ 'deep.mjs': `export function request() { throw new TypeError('Ada said this'); }` });
    logged.length = 0;
    await assert.rejects(sdk.messages.create({ model, max_tokens: 100, messages }));
    assert.match(
      logged.join('\n'),
      /The transform deep\.mjs failed \(threw\)\. TypeError\n\s+at request .*deep\.mjs/,
    );
    assert.doesNotMatch(logged.join('\n'), /Ada said this/);
  });

  it('use no more memory than they may', async () => {
    await put({
      'large.mjs':
        'const kept = []; export const request = () => { for (;;) kept.push(new Array(1e5).fill({})); };',
    });
    await assert.rejects(
      sdk.messages.create({ model, max_tokens: 100, messages }),
      /took more than 512 MB of memory|took longer/,
    );
  });

  it('work again as soon as the file is edited, and are off when it is gone', async () => {
    await put({ 'one.mjs': 'export const request = () => { for (;;); };' });
    await assert.rejects(sdk.messages.create({ model, max_tokens: 100, messages }), /took longer/);
    await put({
      'one.mjs': `${walk}export const request = (r) => walk(r, (text) => text.replace('Who', 'What'));`,
    });
    test.core.fake.enqueue(answer('Yes.'), answer('Yes.'));
    await sdk.messages.create({ model, max_tokens: 100, messages });
    assert.match(sentToClaude(), /What is Ada\?/);
    await put({});
    await sdk.messages.create({ model, max_tokens: 100, messages });
    assert.match(sentToClaude(), /Who is Ada\?/);
  });

  const badAnswers: [what: string, source: string, said: RegExp][] = [
    ['throws', 'export const answer = () => { throw new Error(); };', /threw an error/],
    [
      'adds a part',
      `export const answer = ({ content }) => ({ content: [...content, { type: 'text', text: 'more' }] });`,
      /other parts than it was given/,
    ],
    [
      'calls another tool',
      `export const answer = ({ content }) => ({ content: [{ type: 'tool_use', name: 'rm', input: {} }] });`,
      /other parts than it was given/,
    ],
  ];
  for (const [what, source, said] of badAnswers)
    it(`show nothing of an answer where one ${what}`, async () => {
      await put({ 'bad.mjs': source });
      const hears = () => test.core.fake.enqueue(answer('Hidden words.'));
      const fails = (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, said);
        assert.match(error.message, /The answer is not shown/);
        assert.doesNotMatch(error.message, /Hidden/);
        return true;
      };
      hears();
      await assert.rejects(sdk.messages.create({ model, max_tokens: 100, messages }), fails);
      hears();
      const stream = sdk.messages.stream({ model, max_tokens: 100, messages });
      let text = '';
      stream.on('text', (more) => {
        text += more;
      });
      await assert.rejects(stream.finalMessage(), fails);
      assert.equal(text, '');
      hears();
      const { id, body } = await turn('Who?');
      assert.match(body, said);
      assert.ok(!JSON.stringify(await test.core.store.log(id)).includes('Hidden'));
    });

  it('are part of what an answer that is given again depends on', async () => {
    const ask = async () =>
      (
        await sdk.messages
          .create({ model, max_tokens: 100, messages }, { headers: { 'x-causeway-cache': 'on' } })
          .withResponse()
      ).response.headers.get('x-causeway-cache');
    const shouting = `${walk}export const answer = (answer) => walk(answer, (text) => text.toUpperCase());`;
    await put({ 'loud.mjs': shouting });
    test.core.fake.enqueue(answer('Yes.'), answer('Yes.'));
    assert.deepEqual([await ask(), await ask()], ['miss', 'hit']);
    await put({ 'loud.mjs': `${shouting}\n` });
    assert.deepEqual([await ask(), await ask()], ['miss', 'hit']);
  });

  it('are not run in Restricted Mode, where nothing leaves', async () => {
    await put({ 'mark.mjs': 'export const request = () => { throw new Error(); };' });
    test.core.workspace.trusted = false;
    try {
      await assert.rejects(sdk.messages.create({ model, max_tokens: 100, messages }), /not trusted/);
      const { body } = await turn('Who?');
      assert.doesNotMatch(body, /transform_failed/);
    } finally {
      test.core.workspace.trusted = true;
      await put({});
    }
  });
});
