import assert from 'node:assert/strict';
import { commands, workspace } from 'vscode';
import { connect } from '../../src/client/client.ts';
import { clientScopes } from '../../src/core/register.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { TurnEvent } from '../../src/protocol/turnEvents.ts';
import { until } from '../support/vscode/until.ts';
import { connected, freePort, running, startBridge, stopBridge } from './support/bridge.ts';
import { withUser } from './support/sessions.ts';
import { folder, run, set, started } from './support/window.ts';

const answers = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('The bridge of the window', () => {
  before(started);
  afterEach(stopBridge);

  it('is off until it is turned on', async () => {
    assert.deepEqual(await running(), []);
    assert.equal(workspace.getConfiguration('causeway').get('bridge.enabled'), false);
  });

  it('starts with its setting, on the port that is set, for the folder that is open', async () => {
    const { bridge } = await startBridge();
    assert.equal(bridge.port, workspace.getConfiguration('causeway').get('bridge.port'));
    assert.deepEqual(bridge.folders, [folder().fsPath]);
    assert.equal(bridge.pid, process.pid);
    assert.ok(await answers(bridge.port));
  });

  it('starts and stops by commands, which change the setting', async () => {
    await set('bridge.port', await freePort());
    await run('causeway.startBridge');
    const { bridge } = await connected();
    assert.equal(workspace.getConfiguration('causeway').get('bridge.enabled'), true);
    await run('causeway.stopBridge');
    assert.equal(workspace.getConfiguration('causeway').get('bridge.enabled'), false);
    assert.equal(await answers(bridge.port), false);
    assert.deepEqual(await running(), []);
  });

  it('takes an input into a session and answers, as the panel would', async () => {
    const { bridge } = await startBridge();
    const token = await withUser(({ clients }) =>
      clients.add({ name: 'report.py', scopes: [...clientScopes] }),
    );
    const client = connect({ url: `http://127.0.0.1:${bridge.port}`, token: token.token });
    const session = await client.sessions.create({ title: 'From a script' });
    const events: TurnEvent[] = [];
    const input = { text: 'How long does a file stay before it expires?' };
    for await (const event of client.turn(session.id, input)) events.push(event);
    assert.equal(events.at(-1)?.type, 'turn.ended');
    const { entries } = await client.sessions.get(session.id);
    const [user, answer] = entries.slice(-2);
    assert.ok(user?.kind === 'user' && answer?.kind === 'assistant');
    assert.equal(user.door, 'bridge');
    assert.equal(user.client, 'report.py');
    assert.equal(answer.outcome, 'done');
    assert.match(plainText(answer.content), /expir/i);
  });

  it('lets nobody in without a token', async () => {
    const { bridge } = await startBridge();
    const stranger = connect({ url: `http://127.0.0.1:${bridge.port}`, token: 'x'.repeat(43) });
    await assert.rejects(stranger.sessions.list(), { status: 401 });
  });

  const unusable = [619009, 80, -1, 'sixty', '61900.5'];
  for (const port of unusable) {
    it(`does not start on port ${port}`, async () => {
      await set('bridge.port', port);
      await run('causeway.startBridge');
      assert.deepEqual(await running(), []);
    });
  }

  it('starts once a port that cannot be is replaced by one that can', async () => {
    await set('bridge.port', 619009);
    await run('causeway.startBridge');
    assert.deepEqual(await running(), []);
    await set('bridge.port', await freePort());
    const { bridge } = await connected();
    assert.ok(await answers(bridge.port));
  });

  it('moves to another port when the setting changes', async () => {
    const { bridge } = await startBridge();
    const next = await freePort();
    await set('bridge.port', next);
    await until('the bridge on its new port', async () =>
      (await running()).some(({ port }) => port === next),
    );
    assert.equal(await answers(bridge.port), false);
    assert.ok(await answers(next));
  });

  it('takes a port as text, as settings written by hand have it', async () => {
    const port = await freePort();
    await set('bridge.port', String(port));
    await set('bridge.enabled', true);
    const { bridge } = await connected();
    assert.equal(bridge.port, port);
  });

  it('gives no token when creating one is broken off', async () => {
    const { client } = await startBridge();
    let over = false;
    const created = run('causeway.createClientToken').finally(() => {
      over = true;
    });
    await until('the question to be closed', async () => {
      await commands.executeCommand('workbench.action.closeQuickOpen');
      return over;
    });
    await created;
    assert.ok(await client.sessions.list());
  });
});
