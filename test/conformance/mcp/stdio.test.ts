import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type Cli, jsonLines, key, openCli, type Running } from '../cli/support.ts';

/** No other suite uses this port or the nine after it. */
const port = 62420;
const eras = { 'of the revision 2026-07-28': 'modern', 'of 2025': 'legacy' } as const;
const initialize = {
  jsonrpc: '2.0',
  id: 'first',
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  },
};

for (const withBridge of [false, true])
  describe(`causeway mcp ${withBridge ? 'beside a running bridge' : 'by itself'}`, function () {
    this.timeout(60_000);
    let cli: Cli;
    let fake: FakeAnthropic;
    let bridge: Running | undefined;
    beforeEach(async () => {
      fake = await startFakeAnthropic({ key });
      cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
      if (!withBridge) return;
      bridge = cli.start(['serve', '--port', String(port)]);
      await bridge.shows('Ctrl+C stops the bridge.');
    });
    afterEach(async () => {
      await cli.close();
      await fake.close();
    });

    for (const [name, era] of Object.entries(eras)) {
      const open = async () => {
        const client = new Client(
          { name: 'test', version: '1.0.0' },
          era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
        );
        const transport = new StdioClientTransport({ ...cli.programOf(['mcp']), stderr: 'pipe' });
        const trouble: Error[] = [];
        // The SDK looks at a progress after the answer that came with it, and then knows nothing of its token.
        const isLate = ({ message }: Error) => message.includes('progress notification for an unknown token');
        client.onerror = (error) => void (isLate(error) || trouble.push(error));
        await client.connect(transport);
        return { client, transport, trouble };
      };

      it(`serves the SDK’s client ${name}: tools, an answer with its progress, a resource`, async () => {
        const { client, trouble } = await open();
        try {
          const { tools } = await client.listTools();
          assert.deepEqual(tools.map((tool) => tool.name).sort(), [
            'ask',
            'list_sessions',
            'read_context',
            'recall',
            'search_workspace',
          ]);
          fake.enqueue({ kind: 'drip', text: 'word '.repeat(200), gated: true });
          const told: number[] = [];
          const asking = client.callTool(
            { name: 'ask', arguments: { question: 'At length?' } },
            {
              // The rest comes once the first progress is there: the SDK passes over one that comes with the answer.
              onprogress: ({ progress }) => {
                if (told.push(progress) === 1) fake.gate.step(200);
              },
            },
          );
          await fake.gate.arrived();
          fake.gate.step(60);
          const asked = await asking;
          assert.notEqual(asked.isError, true, JSON.stringify(asked.content));
          assert.ok(told.length > 0);
          const { session } = asked.structuredContent as { session: string };
          const { contents } = await client.readResource({ uri: `causeway://sessions/${session}` });
          assert.match(JSON.stringify(contents), /At length\?.*word word/);
          assert.match(await cli.output(['sessions', 'show', session]), /At length\?/);
          assert.deepEqual(trouble, []);
        } finally {
          await client.close();
        }
      });

      it(`serves several requests at once, and stops the one that the client ${name} cancels`, async () => {
        const { client } = await open();
        try {
          fake.enqueue({ kind: 'drip', text: 'This would be long.', gated: true });
          const cancel = new AbortController();
          const asked = client.callTool(
            { name: 'ask', arguments: { question: 'To be cancelled?' } },
            { signal: cancel.signal },
          );
          await fake.gate.arrived();
          const during = await client.callTool({ name: 'list_sessions', arguments: {} });
          const { sessions } = during.structuredContent as { sessions: { id: string }[] };
          cancel.abort();
          await assert.rejects(asked);
          const id = sessions[0]?.id ?? '';
          // The lease of the session is free again when the turn has ended as stopped.
          fake.gate.step(1);
          fake.enqueue(answer('Again.'));
          const next = await client.callTool({ name: 'ask', arguments: { question: 'Next?', session: id } });
          assert.notEqual(next.isError, true, JSON.stringify(next.content));
          assert.match(await cli.output(['sessions', 'show', id]), /\(stopped\)/);
        } finally {
          await client.close();
        }
      });
    }

    it('answers what was piped into it, writes nothing else, and ends with its input', async () => {
      fake.enqueue(answer('Piped.'));
      const asked = { name: 'ask', arguments: { question: 'Through a pipe?' } };
      const input = [
        initialize,
        { jsonrpc: '2.0', method: 'notifications/initialized' },
        { jsonrpc: '2.0', id: 2, method: 'tools/call', params: asked },
        { jsonrpc: '2.0', id: 3, method: 'no/such' },
      ];
      const { code, stdout } = await cli.run(['mcp'], {
        input: input.map((one) => JSON.stringify(one)).join('\n'),
      });
      assert.equal(code, 0);
      const answers = new Map(jsonLines(stdout).map((line) => [line.id, line]));
      assert.deepEqual([...answers.keys()].sort(), [2, 3, 'first']);
      assert.match(JSON.stringify(answers.get(2)), /Piped\./);
      assert.match(JSON.stringify(answers.get(3)), /-32601/);
    });

    it('says what is wrong with a message, and goes on', async () => {
      const ping = JSON.stringify({ jsonrpc: '2.0', id: 'still there', method: 'ping' });
      const input = Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0",\n\n[1, 2]\n{"jsonrpc":"1.0","id":1,"method":"ping"}\n'),
        Buffer.from(`${'['.repeat(100)}\n`),
        Buffer.from([0xff, 0xfe, 0x0a]),
        Buffer.alloc(32 * 1024 * 1024 + 1, 'x'),
        Buffer.from(`\n${ping}`),
      ]);
      const { code, stdout, stderr } = await cli.run(['mcp'], { input });
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        jsonLines(stdout).map(({ id, error }) => [id, (error as { code: number } | undefined)?.code]),
        [
          [null, -32700],
          [null, -32600],
          [null, -32600],
          [null, -32700],
          [null, -32700],
          [null, -32600],
          ['still there', undefined],
        ],
      );
    });

    it('ends when it is told to, and stops what it was asked', async () => {
      fake.enqueue({ kind: 'drip', text: 'This would be long.', gated: true });
      const { command, args, env, cwd } = cli.programOf(['mcp']);
      const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
      const ended = once(child, 'close');
      const asked = { name: 'ask', arguments: { question: 'To be left?' } };
      child.stdin.write(
        `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: asked })}\n`,
      );
      await fake.gate.arrived();
      child.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
      const [session] = jsonLines(await cli.output(['sessions', 'list', '--json']));
      // A turn that runs in the bridge ends there by itself.
      fake.gate.step(1);
      fake.enqueue(answer('Next.'));
      await cli.output(['ask', '--session', String(session?.id), 'Next?']);
      assert.match(await cli.output(['sessions', 'show', String(session?.id)]), /\(stopped\)/);
    });

    it('ends when nobody reads what it says', async () => {
      const { command, args, env, cwd } = cli.programOf(['mcp']);
      const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'ignore'] });
      const ended = once(child, 'close');
      child.stdout.destroy();
      child.stdin.write(`${JSON.stringify({ ...initialize, id: 1 })}\n`);
      assert.deepEqual(await ended, [141, null]);
    });
  });

describe('causeway mcp whose bridge comes and goes', function () {
  this.timeout(60_000);

  it('asks whoever is there', async () => {
    const fake = await startFakeAnthropic({ key });
    const cli = await openCli({ ANTHROPIC_BASE_URL: fake.url, ANTHROPIC_API_KEY: key });
    const client = new Client({ name: 'test', version: '1.0.0' });
    try {
      // The client has no key of its own: what Claude answers came through the bridge.
      const program = cli.programOf(['mcp'], { ANTHROPIC_API_KEY: '' });
      await client.connect(new StdioClientTransport({ ...program, stderr: 'ignore' }));
      const ask = () =>
        client.callTool({
          name: 'ask',
          arguments: { question: 'Who answers?', model: 'anthropic/claude-sonnet-5-5' },
        });
      const bridge = cli.start(['serve', '--port', String(port)]);
      await bridge.shows('Ctrl+C stops the bridge.');
      fake.enqueue(answer('The bridge.'));
      assert.match(JSON.stringify((await ask()).content), /The bridge\./);
      bridge.kill('SIGTERM');
      await bridge.finished;
      const { requests } = fake;
      const before = requests.length;
      const alone = await client.callTool({ name: 'list_sessions', arguments: {} });
      assert.match(JSON.stringify(alone.content), /Who answers/);
      assert.equal(requests.length, before);
    } finally {
      await client.close();
      await cli.close();
      await fake.close();
    }
  });
});
