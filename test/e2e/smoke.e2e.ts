import assert from 'node:assert/strict';
import { copyOf } from '../support/vscode/copyOf.ts';
import { sampleWorkspace } from '../support/vscode/paths.ts';
import { startVsCode, type VsCode } from '../support/vscode/vscode.ts';

describe('Causeway in a window of VS Code', () => {
  let code: VsCode;
  before(async () => {
    code = await startVsCode();
  });
  after(() => code?.close());

  it('shows its panel beside a file of the workspace', async () => {
    const window = await code.open({ workspace: await copyOf(sampleWorkspace) });
    const panel = await window.panel();
    await panel.getByRole('textbox').first().waitFor();
    await window.openFile('rateLimit.ts');
    assert.match(await window.editorText(), /class RateLimit/);
    await window.screenshot('smoke');
  });
});
