import assert from 'node:assert/strict';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed } from './support/installed.ts';

describe('Causeway without a model', () => {
  let vscode: Installed;
  afterEach(() => vscode?.close());

  it('answers with quotes whose citations open the file at the lines', async () => {
    vscode = await installed({ key: false });
    const { window, panel } = await vscode.open();
    await panel.waitFor('No model is set. Answers are quotes from your files.');
    await panel.send('Which wait comes before a retry?');
    const citation = panel.lastAnswer.locator('.citation', { hasText: 'retry.ts' }).first();
    await citation.click();
    await until('the file', async () =>
      /export interface RetryOptions|backoff/.test(await window.editorText()),
    );
    assert.equal(vscode.fake.requests.length, 0);
  });

  it('sends nothing from a workspace that is not trusted, though a key is there', async () => {
    vscode = await installed({
      workspaceTrust: true,
      userSettings: { 'security.workspace.trust.startupPrompt': 'never' },
    });
    const { panel } = await vscode.open();
    await panel.waitFor(/Restricted Mode: nothing leaves this machine/);
    await panel.send('Which wait comes before a retry?');
    await panel.lastAnswer.locator('.citation').first().waitFor();
    assert.equal(vscode.fake.requests.length, 0);
  });
});
