import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Frame, Page } from 'playwright-core';
import { connectToFolder } from '../../src/client/discovery.ts';
import { answer } from '../support/anthropic/script.ts';
import { type ThemeName, themes } from '../support/vscode/settings.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';

const run = promisify(execFile);
const askingScript = fileURLToPath(new URL('./support/askingScript.mjs', import.meta.url));

/** The document of a webview that has this in it. */
async function frameWith(page: Page, selector: string): Promise<Frame> {
  let found: Frame | undefined;
  await until(`a webview with ${selector}`, async () => {
    for (const frame of page.frames()) {
      if (
        (await frame
          .locator(selector)
          .count()
          .catch(() => 0)) > 0
      )
        found = frame;
    }
    return found !== undefined;
  });
  assert.ok(found);
  return found;
}

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

  it('lets a script in that asks, as the user says, and shows its turn live in the panel', async () => {
    const { window, panel } = open;
    const { page } = window;
    const script = spawn(process.execPath, [askingScript, 'http://127.0.0.1:61950'], {
      cwd: open.workspace,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(script, 'close');
    const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
    const says = async () => String((await lines.next()).value);
    try {
      assert.equal(await says(), 'asked 202');
      const toast = await window.notification(/Release notes \(.*node.*\) asks to use Causeway/);
      await window.screenshot('program-asks');
      await toast.getByRole('button', { name: 'Review…' }).click();
      const title = (text: string) => page.locator('.quick-input-title', { hasText: text }).waitFor();
      const dialog = page.locator('.monaco-dialog-box');
      const shown = (await dialog.locator('.dialog-message-detail').textContent()) ?? '';
      assert.match(shown, /Program: .*node/);
      assert.ok(shown.includes(`Folder: ${open.workspace}`), shown);
      assert.match(shown, /It asks for: sessions:read, turns/);
      await window.screenshot('program-review');
      await dialog.getByRole('button', { name: 'Choose What It May Do…' }).click();
      await title('What the Program May Do');
      await window.screenshot('program-scopes');
      await page.keyboard.press('Enter');
      await title('Where the Program May Do It');
      await page.keyboard.press('Enter');
      await title('How Much the Program May Use');
      await window.screenshot('program-limits');
      await page.keyboard.press('Enter');
      await title('How Long Its Token Works');
      vscode.fake.enqueue({ kind: 'drip', text: 'Notes for the release.', gated: true });
      await page.keyboard.press('Enter');
      await window.notification(/Release notes may use Causeway now/);
      assert.equal(await says(), 'let in sessions:read,turns');
      await vscode.fake.gate.arrived();
      vscode.fake.gate.step(2);
      await panel.waitFor('What changed since the last release?');
      await panel.waitFor(/Notes for/);
      assert.match((await panel.frame.locator('.user .author').last().textContent()) ?? '', /Release notes/);
      await window.screenshot('program-turn');
      vscode.fake.gate.step(10);
      assert.equal(await says(), 'answered 200 Notes for the release.');
    } finally {
      script.kill();
      await ended;
    }
  });

  it('draws in the dashboard what the program used, and what another uses as it comes', async () => {
    const { window } = open;
    await window.command('Causeway: Show Usage');
    const usage = await frameWith(window.page, '#chart-cost .bar');
    const asked = usage.locator('.top', { hasText: 'Who asked' });
    await asked.getByText('Release notes').waitFor();
    const lines = usage.locator('.lines tbody tr');
    assert.match((await lines.first().textContent()) ?? '', /Release notes.*script.*claude-.*answered/);
    const auth = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json'];
    const before = await lines.count();
    vscode.fake.enqueue(answer('Seen at once.'));
    const version = ['-H', 'anthropic-version: 2023-06-01'];
    const call = {
      model: 'claude-opus-5-5',
      max_tokens: 8000,
      messages: [{ role: 'user', content: 'Now?' }],
    };
    const sent = await curl('/v1/messages', ...auth, ...version, '-d', JSON.stringify(call));
    assert.equal(sent.status, 200, JSON.stringify(sent.body));
    await lines.nth(before).waitFor();
    assert.match((await lines.first().textContent()) ?? '', /curl.*Anthropic’s wire.*claude-opus-5-5/);
    // They would lie over the charts in the pictures.
    await window.command('Notifications: Clear All Notifications');
    for (const name of Object.keys(themes) as ThemeName[]) {
      await window.setTheme(name, { 'causeway.bridge.port': 61950, 'causeway.bridge.enabled': true });
      await window.screenshot(`usage-${name}`);
    }
    await usage
      .getByRole('button', { name: /^Show the session/ })
      .first()
      .click();
    await open.panel.waitFor('What changed since the last release?');
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
