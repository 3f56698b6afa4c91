import assert from 'node:assert/strict';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed } from './support/installed.ts';

interface Sent {
  messages: { content: { type: string; title?: string; content?: { text: string }[] }[] }[];
}

describe('Claude, grounded in the whole workspace', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('gets passages for the question, and its citation opens the file at the lines', async () => {
    const { window, panel } = await vscode.open();
    await panel.frame.locator('select.grounding').selectOption('workspace');
    vscode.fake.enqueue({
      kind: 'answer',
      blocks: [
        {
          type: 'text',
          deltas: ['It waits ', 'twice as long each time'],
          citations: [
            {
              type: 'search_result_location',
              cited_text: 'as the API says',
              search_result_index: 0,
              source: 'source',
              title: null,
              start_block_index: 0,
              end_block_index: 1,
            },
          ],
        },
        { type: 'text', deltas: [', up to a limit.'] },
      ],
    });
    await panel.send('Which wait comes before a retry?');
    await panel.waitFor(/up to a limit/);
    assert.equal(
      await panel.lastAnswer.locator('p').first().textContent(),
      'It waits twice as long each time①, up to a limit.',
    );

    await window.screenshot('vscode-grounded-answer');
    const sent = vscode.fake.requests.at(-1)?.body as Sent;
    const [first] = sent.messages.at(-1)?.content.filter(({ type }) => type === 'search_result') ?? [];
    const [, path = '', line = ''] = /^(.+), lines (\d+)-\d+$/.exec(first?.title ?? '') ?? [];
    assert.notEqual(path, '', JSON.stringify(sent.messages.at(-1)));
    const citation = panel.lastAnswer.locator('.citation').first();
    assert.match((await citation.getAttribute('aria-label')) ?? '', new RegExp(`^${path}:${line}`));
    await citation.click();
    const quoted = first?.content?.[0]?.text.trim().split('\n')[0] ?? '';
    await until('the file', async () => (await window.editorText()).includes(quoted.trim()));
  });
});
