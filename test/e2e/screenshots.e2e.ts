import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { answer } from '../support/anthropic/script.ts';
import { type ThemeName, themes } from '../support/vscode/settings.ts';
import { type Installed, installed } from './support/installed.ts';

const question = 'How long does an upload wait between retries?';
const reply = `The wait doubles with each attempt and is cut at a ceiling (\`src/retry.ts\`, lines 25–30):

\`\`\`ts src/retry.ts
export function backoff(attempt: number, options: RetryOptions, random = Math.random): number {
  const full = Math.min(options.maxMs ?? 30_000, options.baseMs * 2 ** attempt);
  return full * (1 - (options.jitter ?? 0.5) * random());
}
\`\`\`

With \`baseMs: 200\` that is **0.2 s, 0.4 s, 0.8 s** and so on, never more than 30 s, each less a random part so that many clients do not come back in step.`;

const remembered = [
  { label: 'Add a directive', text: 'Always answer with the shortest change that works.' },
  { label: 'Add a directive', text: 'Tests are written with node:test.' },
  { label: 'Add a task', text: 'Make uploads resumable' },
  { label: 'Add a step to Make uploads resumable', text: 'Ask the server which chunks it has' },
  { label: 'Add a step to Make uploads resumable', text: 'Send only the missing chunks' },
];

describe('Pictures of Causeway in VS Code', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed({ scale: 1.5, size: { width: 1200, height: 760 } });
  });
  after(() => vscode?.close());

  it('are kept of a fresh session, of an answer, of what was sent and of what is remembered, in the four themes', async () => {
    const { window, panel } = await vscode.open();
    await panel.frame.locator('.suggestion').first().waitFor();
    await window.openFile('retry.ts');
    const names = Object.keys(themes) as ThemeName[];
    for (const name of names) {
      await window.setTheme(name);
      await assertPicture(await window.screenshot(`vscode-empty-${name}`));
    }
    vscode.fake.enqueue(answer(reply));
    await panel.send(question);
    await panel.waitFor(/never more than 30 s/);
    await panel.frame.locator('.code-block code span[class]').first().waitFor();
    for (const name of names) {
      await window.setTheme(name);
      await assertPicture(await window.screenshot(`vscode-answer-${name}`));
    }
    await panel.frame.getByRole('button', { name: 'What was sent in this turn' }).click();
    await panel.frame.getByRole('button', { name: /^Workspace: .*retry\.ts/ }).click();
    await panel.frame.locator('.segment-text').waitFor();
    for (const name of names) {
      await window.setTheme(name);
      await assertPicture(await window.screenshot(`vscode-context-${name}`));
    }
    await panel.frame.getByRole('button', { name: 'Directives, tasks and frames' }).click();
    for (const { label, text } of remembered) {
      const line = panel.frame.getByRole('textbox', { name: label });
      await line.fill(text);
      await line.press('Enter');
      await panel.frame.locator('.screen-body').getByText(text, { exact: true }).waitFor();
    }
    for (const name of names) {
      await window.setTheme(name);
      await assertPicture(await window.screenshot(`vscode-memory-${name}`));
    }
    await panel.frame.getByRole('button', { name: 'Back to the session' }).click();
    await panel.waitFor('Make uploads resumable');
    await assertPicture(await window.screenshot('vscode-task'));
  });
});

/** A picture of a window that drew nothing is a few kilobytes. */
async function assertPicture(path: string): Promise<void> {
  assert.ok((await stat(path)).size > 20_000, path);
}
