import assert from 'node:assert/strict';
import { commands, LanguageModelTextPart, lm, McpHttpServerDefinition, Uri } from 'vscode';
import { extensionId } from '../../src/host/ids.ts';
import { McpProvider, type OfferedServer } from '../../src/host/mcpProvider.ts';
import { until } from '../support/vscode/until.ts';
import { startBridge, stopBridge } from './support/bridge.ts';
import { withUser } from './support/sessions.ts';
import { started } from './support/window.ts';

const server = (port: number, token?: string): OfferedServer => ({
  url: `http://127.0.0.1:${port}/mcp`,
  headers: async () => (token === undefined ? undefined : { authorization: `Bearer ${token}` }),
});

describe('The MCP server of the window', () => {
  let provider: McpProvider;
  let changes: number;
  before(started);
  beforeEach(() => {
    provider = new McpProvider();
    changes = 0;
    provider.onDidChangeMcpServerDefinitions(() => changes++);
  });
  afterEach(() => provider.dispose());

  it('is told of when it comes and goes, without a token', () => {
    assert.deepEqual(provider.provideMcpServerDefinitions(), []);
    provider.offer(server(61900, 'secret'));
    const [definition, ...more] = provider.provideMcpServerDefinitions();
    assert.ok(definition instanceof McpHttpServerDefinition && more.length === 0);
    assert.equal(definition.uri.toString(true), 'http://127.0.0.1:61900/mcp');
    assert.deepEqual(definition.headers, {});
    provider.offer(undefined);
    assert.deepEqual(provider.provideMcpServerDefinitions(), []);
    assert.equal(changes, 2);
  });

  it('gets its token when it is started', async () => {
    provider.offer(server(61900, 'secret'));
    const [definition] = provider.provideMcpServerDefinitions();
    assert.ok(definition);
    const resolved = await provider.resolveMcpServerDefinition(definition);
    assert.deepEqual(resolved?.headers, { authorization: 'Bearer secret' });
  });

  const refused: [string, OfferedServer | undefined][] = [
    ['whose bridge has stopped', undefined],
    ['whose bridge has moved', server(61901, 'secret')],
    ['whose client was revoked', server(61900)],
  ];
  for (const [which, offered] of refused)
    it(`is not started for one ${which}`, async () => {
      provider.offer(offered);
      const known = new McpHttpServerDefinition('Causeway', Uri.parse('http://127.0.0.1:61900/mcp'));
      assert.equal(await provider.resolveMcpServerDefinition(known), undefined);
      assert.deepEqual(known.headers, {});
    });

  it('is started by VS Code while the bridge runs, and its client ends with the bridge', async () => {
    const clients = () => withUser(({ clients: register }) => register.list());
    const before = new Set((await clients()).map(({ id }) => id));
    const added = async () => (await clients()).filter(({ id }) => !before.has(id));
    const { client } = await startBridge();
    const session = await client.sessions.create({ title: 'For other assistants' });
    try {
      const tool = await until('the tools of the server', async () => {
        await commands.executeCommand('workbench.mcp.startServer', `${extensionId}/Causeway`);
        return lm.tools.find(({ name }) => /list_sessions$/.test(name));
      });
      const { content } = await lm.invokeTool(tool.name, { input: {}, toolInvocationToken: undefined });
      const text = content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
      assert.match(text, new RegExp(session.id));
      assert.deepEqual(
        (await added()).map(({ scopes, revokedAt }) => ({ scopes, revokedAt })),
        [{ scopes: ['turns', 'sessions:read'], revokedAt: undefined }],
      );
    } finally {
      await stopBridge();
    }
    await until('the client to be revoked', async () =>
      (await added()).every(({ revokedAt }) => revokedAt !== undefined),
    );
  });
});
