import assert from 'node:assert/strict';
import { allowedInAnswer, hostile } from '../panel/support/hostile.ts';
import { answer } from '../support/anthropic/script.ts';
import { type Installed, installed } from './support/installed.ts';

/** Texts that go into one answer; each stands apart from the others. */
const together = 12;

describe('A hostile answer in the real webview', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('threat 28: makes no request, runs nothing and stays within the subset', async () => {
    const asked: string[] = [];
    const { panel } = await vscode.open({
      prepare: async (page) => {
        page.on('request', (request) => {
          if (/evil/.test(request.url())) asked.push(request.url());
        });
      },
    });
    const tags = new Set<string>();
    const attributes = new Set<string>();
    const links: string[] = [];
    for (let from = 0; from < hostile.length; from += together) {
      const texts = hostile.slice(from, from + together).map((text) => `${text}\n\n* * *`);
      vscode.fake.enqueue(answer(`${texts.join('\n\n')}\n\nEnd of ${from}.`));
      await panel.send(`Question ${from}?`);
      await panel.waitFor(`End of ${from}.`);
      const seen = await panel.frame.locator('.markdown, .markdown *').evaluateAll((nodes) =>
        nodes.map((node) => ({
          tag: node.tagName,
          attributes: node.getAttributeNames(),
          link: node.getAttribute('href'),
        })),
      );
      for (const one of seen) {
        tags.add(one.tag);
        for (const name of one.attributes) attributes.add(name);
        if (one.link !== null) links.push(one.link);
      }
    }
    assert.deepEqual(
      [...tags].filter((tag) => !allowedInAnswer.has(tag)),
      [],
    );
    assert.deepEqual(
      [...attributes].filter((name) => name.startsWith('on') || name === 'srcset'),
      [],
    );
    assert.deepEqual(
      links.filter((url) => !/^https?:\/\/[^@]*$/.test(url)),
      [],
    );
    assert.deepEqual(asked, []);
  });

  it('threat 28: a link is opened after the user agreed, and not before', async () => {
    const { window, panel } = await vscode.open();
    const opened: string[] = [];
    window.page.on('popup', (popup) => opened.push(popup.url()));
    vscode.fake.enqueue(answer('Read [the manual](https://example.org/manual?q=word).'));
    await panel.send('Where is it written?');
    await panel.lastAnswer.getByRole('link', { name: 'the manual' }).click();
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('https://example.org/manual').first().waitFor();
    assert.deepEqual(opened, []);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.deepEqual(opened, []);
  });
});
