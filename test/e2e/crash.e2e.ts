import assert from 'node:assert/strict';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, PanelFrame } from './support/installed.ts';
import { withStore } from './support/storedSessions.ts';

describe('After a crash', () => {
  let vscode: Installed;
  let folder: string;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('of the extension host in mid-stream, the partial answer is there, marked interrupted, and a new turn works', async () => {
    const { fake, code } = vscode;
    const { window, workspace, panel } = await vscode.open();
    folder = workspace;
    fake.enqueue({ kind: 'drip', text: 'These words had arrived before the crash came.', gated: true });
    await panel.send('Will you survive?');
    await fake.gate.arrived();
    fake.gate.step(4);
    await panel.waitFor(/These words had/);
    await until('a checkpoint', () =>
      withStore(code.server.dataFolder, async (store) => {
        const [session] = await store.list();
        const live = session && (await store.liveTurn(session.id));
        return JSON.stringify(live?.content ?? '').includes('These words had');
      }),
    );
    await code.server.killExtensionHosts();
    await window.reload();
    const again = await PanelFrame.of(window);
    await again.waitFor('Interrupted. What had arrived is kept.');
    await again.waitFor(/These words had/);
    fake.gate.step(1);
    fake.enqueue(answer('A new turn works.'));
    await again.send('And now?');
    await again.waitFor('A new turn works.');

    const outcomes = await withStore(code.server.dataFolder, async (store) => {
      const [session] = await store.list();
      assert.ok(session, workspace);
      const log = await store.log(session.id);
      return log.flatMap((entry) => (entry.kind === 'assistant' ? [entry.outcome] : []));
    });
    assert.deepEqual(outcomes, ['interrupted', 'done']);
  });

  it('of the whole server, everything that was said is there', async () => {
    const { code } = vscode;
    await code.server.kill();
    await code.server.restart();
    const { panel } = await vscode.open({ workspace: folder });
    await panel.waitFor('A new turn works.');
    const said = await withStore(code.server.dataFolder, async (store) => {
      const [session] = await store.list();
      return session && (await store.log(session.id)).length;
    });
    assert.equal(said, 4);
  });
});
