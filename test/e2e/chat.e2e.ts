import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow, PanelFrame } from './support/installed.ts';
import { withStore } from './support/storedSessions.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** Pastes a picture into the input, as a browser does with one that was copied; for the page. */
const pasting = `{
  const bytes = Uint8Array.from(atob('${png}'), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }));
  const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  document.getElementById('input').dispatchEvent(paste);
}`;

describe('Chatting with Claude in VS Code', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed();
    open = await vscode.open();
  });
  after(() => vscode?.close());

  it('streams the answer word by word, with tokens and price below it', async () => {
    const { panel } = open;
    vscode.fake.enqueue({ kind: 'drip', text: 'First comes this, then that.', gated: true });
    await panel.send('What comes first?');
    await vscode.fake.gate.arrived();
    vscode.fake.gate.step(2);
    await panel.waitFor(/First comes/);
    assert.doesNotMatch((await panel.lastAnswer.textContent()) ?? '', /then that/);
    vscode.fake.gate.step(3);
    await panel.waitFor(/then that\./);
    await panel.waitFor(/sonnet-5-5 · .* in .* · \$0\.0/);
  });

  it('sends the open file with the question, and leaves it out when the user takes it out', async () => {
    const { window, panel } = open;
    await window.openFile('retry.ts');
    const chip = panel.frame.locator('.composer .chip', { hasText: 'retry.ts' });
    await chip.waitFor();
    vscode.fake.enqueue(answer('With the file.'), answer('Without the file.'));
    await panel.send('With it?');
    await panel.waitFor('With the file.');
    assert.match(JSON.stringify(vscode.fake.requests.at(-1)?.body), /<file path=\\"src\/retry\.ts\\">/);
    await chip.getByRole('button').click();
    await panel.send('Without it?');
    await panel.waitFor('Without the file.');
    const sent = JSON.stringify(vscode.fake.requests.at(-1)?.body);
    assert.doesNotMatch(sent.slice(sent.indexOf('With the file.')), /<file path/);
  });

  it('stops at a key and keeps what had arrived', async () => {
    const { panel } = open;
    vscode.fake.enqueue({ kind: 'drip', text: 'Kept words and some that never come.', gated: true });
    await panel.send('A long one?');
    await vscode.fake.gate.arrived();
    vscode.fake.gate.step(2);
    await panel.waitFor(/Kept words/);
    await panel.input.press('Escape');
    await panel.waitFor('Stopped. What had arrived is kept.');
    assert.match((await panel.lastAnswer.textContent()) ?? '', /Kept words/);
    // The fake's answer, whose client has gone, still stands at the gate.
    vscode.fake.gate.step(1);
  });

  it('queues a second input visibly, and gives it back to be edited', async () => {
    const { panel } = open;
    vscode.fake.enqueue({ kind: 'drip', text: 'One after the other.', gated: true });
    await panel.send('The first?');
    await vscode.fake.gate.arrived();
    await panel.send('The second?');
    const queued = panel.frame.locator('.queue', { hasText: 'The second?' });
    await queued.waitFor();
    await queued.getByRole('button', { name: 'Edit' }).click();
    await queued.waitFor({ state: 'detached' });
    assert.equal(await panel.input.inputValue(), 'The second?');
    await panel.input.fill('');
    vscode.fake.gate.step(4);
    await panel.waitFor('One after the other.');
  });

  it('shows the code of an answer as a diff, and writes it when it is accepted', async () => {
    const { window, workspace, panel } = open;
    const code = "export const greeting = 'Good morning';";
    vscode.fake.enqueue(answer(`Put this there:\n\n\`\`\`ts src/greeting.ts\n${code}\n\`\`\``));
    await panel.send('A greeting?');
    const block = panel.frame.locator('.code-block', { hasText: 'Good morning' });
    await block.getByRole('button', { name: /diff/i }).click();
    const { modified } = await window.diff();
    assert.match(modified, /Good morning/);
    await assert.rejects(readFile(join(workspace, 'src/greeting.ts')), { code: 'ENOENT' });
    await window.command('Causeway: Accept Edit');
    // It is there, and empty, before it is written.
    const written = await until(
      'the file',
      async () => (await readFile(join(workspace, 'src/greeting.ts'), 'utf8').catch(() => '')) || undefined,
    );
    assert.equal(written, `${code}\n`);
  });

  it('says what happened when the API refuses, with the one thing that helps', async () => {
    const { panel } = open;
    vscode.fake.enqueue({ kind: 'error', status: 401 });
    await panel.send('Refused?');
    await panel.waitFor(/The API key was rejected\. Your input is kept\./);
    await panel.frame.getByRole('button', { name: 'Set API key' }).first().waitFor();
  });

  it('inserts the code of an answer at the cursor of the editor, over what is selected there', async () => {
    const { window, panel } = open;
    const block = panel.frame.locator('.code-block', { hasText: 'Good morning' });
    await window.openFile('retry.ts');
    await window.selectLines(1, 1);
    await block.getByRole('button', { name: 'Insert at the cursor' }).click();
    await until('the code in the editor', async () =>
      (await window.editorText()).startsWith("export const greeting = 'Good morning';"),
    );
    // It is an edit like any other: not saved, and undone by one key, for which the editor has the focus.
    await window.page.locator('.editor-group-container.active .monaco-editor.focused').first().waitFor();
    await window.page.keyboard.press('Control+Z');
    await until('the editor as it was', async () => !(await window.editorText()).includes('Good morning'));
  });

  it('keeps a draft over a reload, and shows the session that was open', async () => {
    const { window, panel } = open;
    await panel.input.fill('Half a question about');
    await until('the draft to be stored', () =>
      withStore(vscode.code.server.dataFolder, async (store) => {
        for (const { id } of await store.list()) {
          if ((await store.draft(id))?.text === 'Half a question about') return true;
        }
        return false;
      }),
    );
    await window.reload();
    const again = await PanelFrame.of(window);
    await until(
      'the draft to be shown',
      async () => (await again.input.inputValue()) === 'Half a question about',
    );
    await again.waitFor('A greeting?');
    await again.input.fill('');
    open = { ...open, panel: again };
  });

  it('keeps a picture that was pasted over a reload, and sends it then', async () => {
    const { window, panel } = open;
    await panel.frame.evaluate(pasting);
    await panel.frame.locator('.composer .chip', { hasText: 'pasted.png' }).waitFor();
    await until('the draft to be stored', () =>
      withStore(vscode.code.server.dataFolder, async (store) => {
        for (const { id } of await store.list()) {
          if ((await store.draft(id))?.attachments.some(({ path }) => path === 'pasted.png')) return true;
        }
        return false;
      }),
    );
    await window.reload();
    const again = await PanelFrame.of(window);
    open = { ...open, panel: again };
    await again.frame.locator('.composer .chip', { hasText: 'pasted.png' }).waitFor();
    vscode.fake.enqueue(answer('A pixel.'));
    await again.send('What is it?');
    await again.waitFor('A pixel.');
    assert.ok(JSON.stringify(vscode.fake.requests.at(-1)?.body).includes(png));
  });

  it('edits an earlier input as a branch, and the first one is still found', async () => {
    const { panel } = open;
    vscode.fake.enqueue(answer('To the edited question.'));
    await panel.input.press('ArrowUp');
    const edit = panel.frame.locator('.edit textarea');
    await edit.fill('Refused no longer?');
    await panel.frame.getByRole('button', { name: 'Send again', exact: true }).click();
    await panel.waitFor('To the edited question.');
    const texts = await withStore(vscode.code.server.dataFolder, async (store) => {
      const hits = await until('the index', async () => {
        const found = await store.search('Refused');
        return found.length >= 2 && found;
      });
      return hits.map(({ snippet }) => snippet.replaceAll('\u0002', '').replaceAll('\u0003', ''));
    });
    assert.ok(
      texts.some((text) => text.includes('Refused?')) && texts.some((text) => text.includes('no longer')),
    );
  });

  it('goes back to the first one with an arrow, and on from there', async () => {
    const { panel } = open;
    // While an answer is on its way, the session stays where it is.
    const ended = () => panel.lastAnswer.locator('.footer').waitFor();
    await ended();
    await panel.frame.getByRole('button', { name: 'Show the earlier input and its branch' }).click();
    await panel.waitFor('A pixel.');
    await panel.frame.getByRole('group', { name: 'Input 1 of 2' }).waitFor();
    vscode.fake.enqueue(answer('On from the first.'));
    await panel.send('Go on.');
    await panel.waitFor('On from the first.');
    await ended();
    const sent = JSON.stringify(vscode.fake.requests.at(-1)?.body);
    assert.ok(sent.includes('A pixel.') && !sent.includes('To the edited question.'));
    await panel.frame.getByRole('button', { name: 'Show the later input and its branch' }).click();
    await panel.waitFor('To the edited question.');
  });

  it('opens what was sent, with tokens and reasons', async () => {
    const { window, panel } = open;
    await panel.lastAnswer.hover();
    await panel.frame.getByRole('button', { name: 'What was sent in this turn' }).last().click();
    await panel.frame.getByRole('button', { name: 'Open as text' }).click();
    await until('the report', async () => /What was sent to anthropic/.test(await window.editorText()));
    await panel.frame.getByRole('button', { name: 'Back to the session' }).click();
    await panel.input.waitFor();
  });
});
