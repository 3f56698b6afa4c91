import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { PromptFile } from '../../../src/core/ports.ts';
import { answer } from '../../support/anthropic/script.ts';
import { user } from '../../unit/store/sqlite/samples.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const promptFiles: PromptFile[] = [
  {
    name: 'review',
    place: 'workspace',
    text: '---\ndescription: Reviews\nvariables:\n  what: string\n  depth: { type: integer, default: 1 }\n---\nReview {{what}} at {{depth}}.',
  },
];
const eras = { 'of the revision 2026-07-28': 'modern', 'of 2025': 'legacy' } as const;

for (const [name, era] of Object.entries(eras))
  describe(`mcp: a client ${name}`, function () {
    this.timeout(20_000);
    let test: TestBridge;
    let client: Client;
    const open = async (token: string) => {
      const opened = new Client(
        { name: 'test', version: '1.0.0' },
        era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
      );
      await opened.connect(
        new StreamableHTTPClientTransport(new URL(`${test.url}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      );
      return opened;
    };
    before(async () => {
      test = await startTestBridge({
        promptFiles,
        search: {
          search: async () => [
            {
              uri: 'file:///w/a.ts',
              path: 'a.ts',
              startLine: 3,
              endLine: 4,
              text: 'const bound = 1;',
              score: 1,
            },
          ],
        },
      });
      client = await open(test.token);
    });
    after(async () => {
      await client.close();
      await test.close();
    });
    const call = (tool: string, args: Record<string, unknown>) =>
      client.callTool({ name: tool, arguments: args });
    const textOf = ({ content }: Awaited<ReturnType<typeof call>>) =>
      content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n');

    it('sees the tools, resources and prompts of the workspace', async () => {
      const { tools } = await client.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), [
        'ask',
        'list_sessions',
        'read_context',
        'recall',
        'search_workspace',
      ]);
      const { resourceTemplates } = await client.listResourceTemplates();
      assert.deepEqual(
        resourceTemplates.map(({ uriTemplate }) => uriTemplate),
        ['causeway://sessions/{id}', 'causeway://sessions/{id}/frames', 'causeway://files/{+path}'],
      );
      const { prompts } = await client.listPrompts();
      assert.deepEqual(
        prompts.map((one) => [
          one.name,
          one.arguments?.map((argument) => [argument.name, argument.required]),
        ]),
        [
          [
            'review',
            [
              ['what', true],
              ['depth', false],
            ],
          ],
        ],
      );
    });

    it('asks in a session that is kept, and goes on in it', async () => {
      test.core.fake.enqueue(answer('One.'), answer('Two.'));
      const first = await call('ask', { question: 'First?' });
      assert.match(textOf(first), /^<result tool="ask">\nOne\.\n/);
      const session = String((first.structuredContent as { session: unknown }).session);
      await call('ask', { question: 'Second?', session });
      assert.match(JSON.stringify(test.core.fake.requests.at(-1)?.body), /First\?.*One\..*Second\?/);
      const { contents } = await client.readResource({ uri: `causeway://sessions/${session}` });
      assert.match(JSON.stringify(contents), /First\?.*One\..*Second\?.*Two\./);
      const [entry] = await test.core.store.log(session);
      assert.equal(entry?.door, 'mcp');
    });

    it('is told how far an answer has come', async () => {
      test.core.fake.enqueue(answer('word '.repeat(200)));
      const told: number[] = [];
      await client.callTool(
        { name: 'ask', arguments: { question: 'At length?' } },
        { onprogress: ({ progress }) => void told.push(progress) },
      );
      assert.ok(told.length > 1, `${told}`);
      assert.deepEqual(
        told,
        [...told].sort((a, b) => a - b),
      );
    });

    it('stops the answer when it cancels', async () => {
      test.core.fake.enqueue({ kind: 'drip', text: 'This would be long.', gated: true });
      const cancel = new AbortController();
      const asked = client.callTool(
        { name: 'ask', arguments: { question: 'To be cancelled?' } },
        { signal: cancel.signal },
      );
      await test.core.fake.gate.arrived();
      const ended = new Promise<string | undefined>((resolve) => {
        const subscription = test.core.engine.onEvent((event) => {
          if (event.type !== 'turn.ended' || event.entry.kind !== 'assistant') return;
          subscription.dispose();
          resolve(event.entry.outcome);
        });
      });
      cancel.abort();
      await assert.rejects(asked);
      assert.equal(await ended, 'stopped');
      test.core.fake.gate.step(1);
    });

    it('finds what was said earlier, and passages of the workspace with their lines', async () => {
      const { id } = await test.core.store.create({ door: 'panel' });
      await test.core.store.append(id, [user('The pangolin sleeps in the attic')]);
      assert.match(textOf(await call('recall', { query: 'Where does the pangolin sleep?' })), /in the attic/);
      assert.match(
        textOf(await call('search_workspace', { query: 'bound' })),
        /<passage path="a\.ts" lines="3-4">\nconst bound = 1;\n<\/passage>/,
      );
    });

    it('reads what was sent, and lists sessions', async () => {
      test.core.fake.enqueue(answer('One.'));
      const asked = await call('ask', { question: 'What goes?' });
      const { session } = asked.structuredContent as { session: string };
      assert.match(textOf(await call('read_context', { session })), /input, \d+ tokens: Your input/);
      assert.match(textOf(await call('list_sessions', {})), new RegExp(session));
    });

    it('gets a prompt with its values', async () => {
      const { messages } = await client.getPrompt({
        name: 'review',
        arguments: { what: 'a.ts', depth: '2' },
      });
      assert.deepEqual(messages[0]?.content, { type: 'text', text: 'Review a.ts at 2.' });
    });

    it('is told in words what went wrong', async () => {
      const missing = await call('read_context', { session: crypto.randomUUID() });
      assert.equal(missing.isError, true);
      assert.match(textOf(missing), /not_found/);
    });

    it('sees only what its scopes allow', async () => {
      const { token } = await test.addClient({ scopes: ['sessions:read'] });
      const reader = await open(token);
      const { tools } = await reader.listTools();
      assert.deepEqual(tools.map((tool) => tool.name).sort(), ['list_sessions', 'read_context', 'recall']);
      const refused = await reader.callTool({ name: 'ask', arguments: { question: 'May I?' } }).then(
        ({ isError }) => isError === true,
        () => true,
      );
      assert.ok(refused);
      await reader.close();
      // Passages are text of files, which a program is given only with the scope for them.
      const asking = await open((await test.addClient({ scopes: ['turns'] })).token);
      const names = (await asking.listTools()).tools.map((tool) => tool.name);
      assert.deepEqual(names, ['ask']);
      await asking.close();
    });
  });
