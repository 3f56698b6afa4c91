import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { connectToFolder } from '../../src/client/discovery.ts';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';

const run = promisify(execFile);

describe('The bridge of a window', () => {
  let vscode: Installed;
  let open: OpenWindow;
  let token: string;
  before(async () => {
    vscode = await installed({ machineSettings: { 'causeway.bridge.port': 61950 } });
    open = await vscode.open();
  });
  after(() => vscode?.close());

  const curl = async (path: string, ...options: string[]) => {
    const { stdout } = await run('curl', [
      '-s',
      '-w',
      '\n%{http_code}',
      `http://127.0.0.1:61950${path}`,
      ...options,
    ]);
    const at = stdout.lastIndexOf('\n');
    return { status: Number(stdout.slice(at + 1)), body: JSON.parse(stdout.slice(0, at)) };
  };

  it('is off until the user starts it', async () => {
    await assert.rejects(curl('/health'), { code: 7 });
    await open.window.command('Causeway: Start Bridge');
    await open.window.statusItem(/Causeway :61950/).waitFor();
    assert.equal((await curl('/health')).status, 200);
  });

  it('shows a new token once, for the program it is for', async () => {
    const { window } = open;
    await window.command('Causeway: Create Client Token');
    await window.quickInputBox.fill('curl');
    await window.page.keyboard.press('Enter');
    await window.page.locator('.quick-input-title', { hasText: 'What the Program May Do' }).waitFor();
    await window.page.keyboard.press('Enter');
    await window.page.locator('.quick-input-title', { hasText: 'Where the Program May Do It' }).waitFor();
    await window.page.keyboard.press('Enter');
    const dialog = window.page.locator('.monaco-dialog-box');
    const words = (await dialog.locator('.dialog-message-detail').textContent()) ?? '';
    token = words.trim();
    assert.match(token, /^\S{32,}$/);
    await window.screenshot('client-token');
    await dialog
      .getByRole('button', { name: 'Cancel' })
      .or(dialog.locator('.codicon-dialog-close'))
      .first()
      .click();
  });

  it('lets a script with the token send a turn, which appears live in the panel', async () => {
    const auth = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json'];
    const { body } = await curl('/v1/sessions', ...auth);
    const [shown] = body.sessions as { id: string }[];
    assert.ok(shown);
    vscode.fake.enqueue({ kind: 'drip', text: 'An answer for the script.', gated: true });
    const sent = curl(`/v1/sessions/${shown.id}/turns`, ...auth, '-d', '{"text":"From a script?"}');
    await vscode.fake.gate.arrived();
    vscode.fake.gate.step(2);
    await open.panel.waitFor('From a script?');
    await open.panel.waitFor(/An answer/);
    assert.match((await open.panel.frame.locator('.user .author').last().textContent()) ?? '', /curl/);
    vscode.fake.gate.step(3);
    const { status, body: result } = await sent;
    assert.equal(status, 200);
    assert.equal(result.text, 'An answer for the script.');
    await open.window.screenshot('turn-of-a-script');
  });

  it('is found by its folder, and tells the same events as the panel shows', async () => {
    const client = await connectToFolder({ stateDir: vscode.stateFolder, folder: open.workspace });
    assert.ok(client);
    const { sessions } = await client.sessions.list();
    const [session] = sessions;
    assert.ok(session);
    vscode.fake.enqueue(answer('Told by events.'));
    const types: string[] = [];
    let text = '';
    for await (const event of client.turn(session.id, { text: 'By the client?' })) {
      types.push(event.type);
      if (event.type === 'turn.text') text += event.text;
    }
    assert.equal(text, 'Told by events.');
    assert.equal(types[0], 'turn.started');
    assert.equal(types.at(-1), 'turn.ended');
    await open.panel.waitFor('Told by events.');
  });

  it('goes when the user stops it', async () => {
    await open.window.command('Causeway: Stop Bridge');
    await until('the port to be free', () =>
      curl('/health').then(
        () => false,
        () => true,
      ),
    );
  });
});
