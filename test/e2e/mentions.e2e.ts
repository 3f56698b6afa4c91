import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer, toolCall } from '../support/anthropic/script.ts';
import { copyOf } from '../support/vscode/copyOf.ts';
import { sampleWorkspace } from '../support/vscode/paths.ts';
import type { ThemeName } from '../support/vscode/settings.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';

const themes: ThemeName[] = ['light', 'dark', 'highContrast', 'highContrastLight'];

describe('Naming things with @ in VS Code', () => {
  let vscode: Installed;
  let opened: OpenWindow;
  before(async () => {
    vscode = await installed();
    const workspace = await copyOf(sampleWorkspace);
    await writeFile(join(workspace, '.env'), 'PORT=the canary of the environment\n');
    opened = await vscode.open({ workspace });
  });
  after(() => vscode?.close());

  const sent = (): string => JSON.stringify(vscode.fake.requests.at(-1)?.body);
  async function type(text: string): Promise<void> {
    const { panel } = opened;
    await panel.input.fill('');
    await panel.input.focus();
    await panel.input.pressSequentially(text);
  }
  const row = (label: string) => opened.panel.frame.getByRole('option').filter({ hasText: label }).first();

  it('sends a file that was chosen from the list as passages, and shows it as a chip', async () => {
    const { window, panel } = opened;
    await type('How long does @retry');
    await row('retry.ts').waitFor();
    for (const theme of themes) {
      await window.setTheme(theme);
      await window.screenshot(`vscode-mention-list-${theme}`);
    }
    await panel.input.press('Enter');
    await panel.frame.locator('.input-box .chip', { hasText: 'retry.ts' }).waitFor();
    await panel.input.pressSequentially('wait?');
    vscode.fake.enqueue(answer('It doubles the wait.'));
    await panel.input.press('Enter');
    await panel.waitFor('It doubles the wait.');
    assert.match(sent(), /"search_result"/);
    assert.match(sent(), /export function backoff/);
    await panel.frame.locator('.user .chip', { hasText: 'retry.ts' }).waitFor();
  });

  it('asks before it takes a file that holds secrets, and takes the answer', async () => {
    const { window, panel } = opened;
    const dialog = window.page.locator('.monaco-dialog-box', { hasText: '.env stays out of what is sent' });
    await type('What is in @.env');
    await row('.env').waitFor();
    await panel.input.press('Enter');
    await dialog.waitFor();
    await window.screenshot('vscode-mention-question');
    await window.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await panel.frame.locator('.input-box .chip:not(.out)', { hasText: '.env' }).count(), 0);
    vscode.fake.enqueue(answer('I cannot see it.'));
    await panel.input.press('Enter');
    await panel.waitFor('I cannot see it.');
    assert.doesNotMatch(sent(), /the canary of the environment/);
  });

  it('shows what a model looked up, one line each, with what came back behind it', async () => {
    const { window, panel } = opened;
    await panel.frame.locator('select.grounding').selectOption('workspace');
    vscode.fake.enqueue(
      toolCall('t1', 'read_file', { path: 'src/retry.ts', start_line: 1, end_line: 5 }),
      toolCall('t2', 'read_file', { path: '../../etc/passwd' }),
      answer('It is in retry.ts.'),
    );
    await panel.send('Where is the wait?');
    await panel.waitFor('It is in retry.ts.');
    const step = panel.frame.locator('.step', { hasText: 'Read src/retry.ts:1–5' });
    await step.locator('summary', { hasText: '— 5 lines' }).click();
    await step.locator('pre', { hasText: '5 lines: src/retry.ts:1-5' }).waitFor();
    for (const theme of themes) {
      await window.setTheme(theme);
      await window.screenshot(`vscode-looked-up-${theme}`);
    }
    const refused = panel.frame.locator('.step', { hasText: 'Read ../../etc/passwd' });
    await refused.locator('summary', { hasText: 'Failed' }).click();
    await refused.locator('pre', { hasText: 'leads out of the workspace' }).waitFor();
    assert.doesNotMatch(sent(), /root:x/);
  });
});
