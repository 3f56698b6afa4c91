/** The client package against a real bridge, from its source and as it is built. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  type BridgeClient,
  BridgeError,
  type ClientTool,
  connect,
  type ToolTurnEvent,
} from '../../../src/client/index.ts';
import type { PassageSearch } from '../../../src/core/ports.ts';
import { plainText } from '../../../src/protocol/content.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const model = 'claude-opus-5-5';
const passage = {
  uri: 'file:///projects/test/src/a.ts',
  path: 'src/a.ts',
  startLine: 3,
  endLine: 4,
  text: 'const a = 1;\n',
  score: 1,
};
const search: PassageSearch = { search: async () => [passage] };

describe('client: the package', function () {
  this.timeout(60_000);
  let test: TestBridge;
  let bridge: BridgeClient;
  before(async () => {
    test = await startTestBridge({ search });
    bridge = connect(test);
  });
  after(() => test.close());
  const says = (...texts: string[]) => test.core.fake.enqueue(...texts.map(answer));
  const asked = () => test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;
  const failsWith = (code: string) => (error: unknown) => error instanceof BridgeError && error.code === code;

  it('asks, and reads all entries page by page, the newest first', async () => {
    const { id } = await bridge.sessions.create({ title: 'Pages' });
    says('One.', 'Two.', 'Three.');
    for (const text of ['First', 'Second', 'Third']) {
      const result = await bridge.ask(id, { text });
      assert.equal(result.outcome, 'done');
    }
    const read: string[] = [];
    for await (const entry of bridge.sessions.entries(id, { pageSize: 2 }))
      if (entry.kind === 'user' || entry.kind === 'assistant') read.push(plainText(entry.content));
    assert.deepEqual(read, ['Three.', 'Third', 'Two.', 'Second', 'One.', 'First']);
  });

  it('fails with the code of a turn that failed', async () => {
    const { id } = await bridge.sessions.create();
    test.core.fake.enqueue({ kind: 'error', status: 403 });
    await assert.rejects(bridge.ask(id, { text: 'May I?' }), failsWith('permission_denied'));
    await assert.rejects(bridge.ask(crypto.randomUUID(), { text: 'Where?' }), failsWith('not_found'));
  });

  it('sends again with a key what may have been sent: it is one turn', async () => {
    const { id } = await bridge.sessions.create();
    says('Once.');
    const before = asked();
    const again = { idempotencyKey: crypto.randomUUID() };
    const first = await bridge.ask(id, { text: 'Once?' }, again);
    const texts: string[] = [];
    for await (const event of bridge.turn(id, { text: 'Once?' }, again))
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant')
        texts.push(event.entry.turnId, plainText(event.entry.content));
    assert.deepEqual(texts, [first.turnId, 'Once.']);
    assert.equal(asked() - before, 1);
  });

  it('leaves a detached turn to itself, and follows it by the events of its session', async () => {
    const { id } = await bridge.sessions.create();
    test.core.fake.enqueue({ kind: 'drip', text: 'One two three', gated: true });
    const ended = (async () => {
      for await (const event of bridge.sessions.events(id))
        if (event.type === 'turn.ended' && event.entry.kind === 'assistant')
          return plainText(event.entry.content);
      return undefined;
    })();
    test.core.fake.gate.step(1);
    for await (const event of bridge.turn(id, { text: 'Count.', detached: true }))
      if (event.type === 'turn.text') break;
    test.core.fake.gate.step(2);
    assert.equal(await ended, 'One two three');
    // Whoever comes late is told from a place in the log on.
    for await (const event of bridge.sessions.events(id, { after: 0 }))
      if (event.type === 'entry.appended' || event.type === 'turn.ended') {
        assert.equal(plainText(event.entry.kind === 'user' ? event.entry.content : []), 'Count.');
        break;
      }
  });

  it('reads and changes what a session remembers', async () => {
    const { id } = await bridge.sessions.create();
    const { directiveId } = await bridge.memory.addDirective(id, { text: 'Always answer in French.' });
    const changed = await bridge.memory.changeDirective(id, directiveId, { text: 'Answer in German.' });
    assert.equal(changed.text, 'Answer in German.');
    assert.deepEqual(
      (await bridge.memory.directives(id)).map(({ text }) => text),
      ['Answer in German.'],
    );
    const { taskId } = await bridge.memory.changeTask(id, { title: 'Ship it' });
    await bridge.memory.changeTask(id, { taskId, state: 'done' });
    assert.deepEqual(
      (await bridge.memory.tasks(id)).map(({ title, state }) => [title, state]),
      [['Ship it', 'done']],
    );
    assert.deepEqual(await bridge.memory.frames(id), []);
    await assert.rejects(bridge.memory.setFrame(id, crypto.randomUUID(), false), failsWith('not_found'));
  });

  it('reads passages, names of models, and what was used', async () => {
    assert.deepEqual(
      (await bridge.grounding({ query: 'a' })).map(({ path, startLine }) => [path, startLine]),
      [['src/a.ts', 3]],
    );
    assert.ok((await bridge.models()).some((name) => name.startsWith('claude-')));
    const rows = await bridge.usage({ by: 'model' });
    assert.ok(rows.some(({ calls, model: name }) => calls > 0 && name !== undefined));
    await assert.rejects(bridge.usage({ by: 'colour' }), failsWith('invalid_input'));
  });

  describe('with tools of the program’s own', () => {
    const tools = (run: ClientTool['run']): ClientTool[] => [
      { name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, run },
    ];
    const all = async (session: string, run: ClientTool['run'], more = {}) => {
      const events: ToolTurnEvent[] = [];
      for await (const event of bridge.toolTurn(session, { model, text: 'Look.', tools: tools(run) }, more))
        events.push(event);
      return events;
    };

    it('answers calls until the model is done, in the session that was named', async () => {
      const { id } = await bridge.sessions.create();
      says('Before.');
      await bridge.ask(id, { text: 'Hello' });
      test.core.fake.enqueue(toolCall('toolu_1', 'look', { at: 'the "door"' }), answer('It is open.'));
      const events = await all(id, ({ at }) => `seen ${at}`);
      assert.deepEqual(
        events.filter(({ type }) => type !== 'text'),
        [
          { type: 'tool_call', id: 'toolu_1', name: 'look', input: { at: 'the "door"' } },
          { type: 'tool_result', id: 'toolu_1', text: 'seen the "door"', isError: false },
          { type: 'ended', sessionId: id, stopReason: 'end_turn', text: 'It is open.' },
        ],
      );
      // What was said before goes along, and nothing twice.
      const body = JSON.stringify(test.core.fake.requests.at(-1)?.body);
      assert.equal(body.match(/"Hello"/g)?.length, 1, body);
      assert.equal(body.match(/seen the/g)?.length, 1, body);
    });

    it('tells the model of a tool that fails, and of one that is not there', async () => {
      test.core.fake.enqueue(
        toolCall('toolu_1', 'look', {}),
        toolCall('toolu_2', 'other', {}),
        answer('Never mind.'),
      );
      const events = await all('new', () => {
        throw new Error('It is dark.');
      });
      assert.deepEqual(
        events.flatMap((event) => (event.type === 'tool_result' ? [[event.text, event.isError]] : [])),
        [
          ['It is dark.', true],
          ['There is no tool other.', true],
        ],
      );
    });

    it('with a key is told again what was said, and the model is asked nothing twice', async () => {
      const { id } = await bridge.sessions.create();
      test.core.fake.enqueue(toolCall('toolu_1', 'look', {}), answer('Seen.'));
      const again = { idempotencyKey: crypto.randomUUID() };
      const first = await all(id, () => 'x', again);
      const before = asked();
      const second = await all(id, () => 'x', again);
      assert.deepEqual(second.at(-1), first.at(-1));
      assert.equal(asked(), before);
    });

    it('fails with the code of the bridge, before and within the stream', async () => {
      const { token } = await test.addClient({ scopes: ['turns', 'sessions:read'] });
      const poor = connect({ ...test, token }).toolTurn('new', { model, text: 'Look.', tools: [] });
      await assert.rejects(async () => {
        for await (const event of poor) assert.fail(event.type);
      }, BridgeError);
      test.core.fake.enqueue({ kind: 'truncate', text: 'Half an' });
      await assert.rejects(
        all('new', () => ''),
        failsWith('stream_truncated'),
      );
    });
  });

  it('is built as one that needs no other package', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-client-'));
    try {
      const run = promisify(execFile);
      await run(process.execPath, [join(root, 'esbuild.mjs'), '--client'], { cwd: root });
      mkdirSync(join(folder, 'node_modules'));
      cpSync(join(root, 'out', 'client'), join(folder, 'node_modules', 'causeway-client'), {
        recursive: true,
      });
      writeFileSync(
        join(folder, 'ask.mjs'),
        `import { connect } from 'causeway-client';
import { findBridge } from 'causeway-client/discovery';
const bridge = connect({ url: process.argv[2], token: process.argv[3] });
const { id } = await bridge.sessions.create();
console.log(typeof findBridge, (await bridge.ask(id, { text: 'Who?' })).text);`,
      );
      says('From the package.');
      const { stdout } = await run(process.execPath, [join(folder, 'ask.mjs'), test.url, test.token]);
      assert.equal(stdout, 'function From the package.\n');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
