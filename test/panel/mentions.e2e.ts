import assert from 'node:assert/strict';
import { choicesFor, mentionedAs } from './support/mentionSamples.ts';
import { type Answers, type PanelPage, Refusal } from './support/panelPage.ts';
import { id, sessionId, status, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const answers: Answers = {
  mentionables: ({ typed }) => ({ choices: choicesFor(typed) }),
  mention: ({ choice }) => ({ attachments: choice.out ? [] : [mentionedAs(choice)] }),
  preview: ({ attachments }) => ({
    chips: attachments.map(({ path }, index) => ({
      id: `attached:${index}`,
      label: path,
      source: 'attached' as const,
      tokens: 640,
      reason: 'You mentioned it.',
    })),
    tokens: 12_400,
    window: 200_000,
    masked: 0,
    secrets: 0,
  }),
};

describe('naming things with @ in the panel', function () {
  this.timeout(60_000);
  const open = panelSuite();

  async function typing(text: string, more: Answers = {}): Promise<PanelPage> {
    const panel = await open({ answers: { ...answers, ...more } });
    await panel.page.focus('#input');
    await panel.page.keyboard.type(text);
    return panel;
  }
  const list = ({ page }: PanelPage) => page.getByRole('listbox', { name: 'What can be mentioned' });
  /** With what fits all that was typed. */
  const ready = (panel: PanelPage) => list(panel).and(panel.page.locator('[aria-busy=false]'));
  const options = (panel: PanelPage) => ready(panel).getByRole('option');
  const chosen = (panel: PanelPage) => ready(panel).getByRole('option', { selected: true }).textContent();
  const input = ({ page }: PanelPage) => page.inputValue('#input');

  it('lists what fits while it is typed, and takes one by the keyboard as a chip', async () => {
    const panel = await typing('Why does @upl');
    await options(panel).nth(2).waitFor();
    assert.match((await chosen(panel)) ?? '', /^upload\.ts/);
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('ArrowDown');
    assert.match((await chosen(panel)) ?? '', /^uploadChunk/);
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.keyboard.press('Enter');
    assert.equal(await input(panel), 'Why does @upload.ts ');
    await list(panel).waitFor({ state: 'detached' });
    await panel.page.keyboard.type('fail?');
    const chip = panel.page.getByRole('list', { name: 'Context that will be sent' }).getByRole('listitem');
    await chip.getByText('upload.ts').waitFor();
    assert.equal(panel.asked.filter(({ method }) => method === 'send').length, 0);
    await panel.page.keyboard.press('Enter');
    const sent = await panel.whenAsked('send');
    assert.equal(sent.text, 'Why does @upload.ts fail?');
    assert.deepEqual(
      sent.attachments.map(({ kind, path, mention, text }) => [kind, path, mention, text]),
      [['file', 'upload.ts', true, '']],
    );
  });

  it('tells readers of the screen what is chosen and how much there is, and leaves the focus where it is', async () => {
    const panel = await typing('@');
    await options(panel).first().waitFor();
    const field = panel.page.locator('#input');
    const named = () =>
      field.evaluate((element) => {
        const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
        return [element.getAttribute('aria-controls'), row?.textContent, row?.getAttribute('aria-selected')];
      });
    assert.deepEqual(await named(), ['mentions', 'selectionsrc/upload.ts', 'true']);
    await panel.page.keyboard.press('ArrowDown');
    assert.deepEqual(await named(), ['mentions', 'problemsProblems of 2 files', 'true']);
    await panel.page
      .locator('[aria-live="polite"]')
      .getByText('10 to mention')
      .waitFor({ state: 'attached' });
    assert.equal(await field.evaluate((element) => document.activeElement === element), true);
    await panel.page.keyboard.press('Escape');
    assert.equal(await field.getAttribute('aria-activedescendant'), null);
  });

  it('takes one by the pointer, and of a session its title', async () => {
    const panel = await typing('As in @fix');
    await options(panel).getByText('Fix the upload').click();
    assert.equal(await input(panel), 'As in “Fix the upload” ');
    assert.equal((await panel.whenAsked('mention')).choice.kind, 'session');
    await panel.page.getByRole('button', { name: /^Leave out Fix the upload/ }).click();
    await panel.page
      .getByRole('button', { name: /^Leave out Fix the upload/ })
      .waitFor({ state: 'detached' });
  });

  it('closes with Escape without stopping the answer, and sends with Enter where nothing fits', async () => {
    const panel = await typing('', {
      ready: () => ({ status: status(), view: view({ entries: [user(1, 'Why?')] }) }),
    });
    await panel.events({
      type: 'turn.started',
      sessionId,
      turnId: id(4, 1),
      provider: 'anthropic',
      model: 'claude-sonnet-5',
    });
    await panel.page.getByText('Waiting for').waitFor();
    await panel.page.keyboard.type('@upl');
    await options(panel).first().waitFor();
    await panel.page.keyboard.press('Escape');
    await list(panel).waitFor({ state: 'detached' });
    await panel.page.keyboard.type('o');
    await panel.page.keyboard.type(' @zebra');
    await panel.whenAsked('mentionables', ({ typed }) => typed === 'zebra');
    await panel.page
      .locator('[aria-live="polite"]')
      .getByText('Nothing to mention fits')
      .waitFor({ state: 'attached' });
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.whenAsked('send')).text, '@uplo @zebra');
    assert.equal(panel.asked.filter(({ method }) => method === 'stop').length, 0);
  });

  it('closes where the host refuses to tell what fits, so that Enter sends', async () => {
    const refusal = new Refusal({ code: 'store_busy', message: 'Busy.', action: 'none' });
    const panel = await typing('@upl', {
      mentionables: ({ typed }) => (typed === 'uplo' ? (refusal as never) : { choices: choicesFor(typed) }),
    });
    await options(panel).first().waitFor();
    await panel.page.keyboard.type('o');
    await list(panel).waitFor({ state: 'detached' });
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.whenAsked('send')).text, '@uplo');
  });

  it('sends with Ctrl and Enter while it is open, and closes', async () => {
    const panel = await typing('Why @upl');
    await options(panel).first().waitFor();
    await panel.page.keyboard.press('Control+Enter');
    assert.equal((await panel.whenAsked('send')).text, 'Why @upl');
    await list(panel).waitFor({ state: 'detached' });
    assert.equal(panel.asked.filter(({ method }) => method === 'mention').length, 0);
  });

  it('stays open where its own edge, as its scroll bar, is pressed', async () => {
    const panel = await typing('@');
    await options(panel).first().waitFor();
    await list(panel).click({ position: { x: 1, y: 1 } });
    await panel.drawn();
    assert.equal(await options(panel).count(), 10);
    const field = panel.page.locator('#input');
    assert.equal(await field.evaluate((element) => document.activeElement === element), true);
  });

  /** Puts data on the input as a drop or a paste does. */
  const give = (
    panel: PanelPage,
    how: 'drop' | 'paste',
    data: { uris?: string; file?: [name: string, size: number] },
  ) =>
    panel.page.$eval(
      '#input',
      (element, [kind, { uris, file }]) => {
        const transfer = new DataTransfer();
        if (uris !== undefined) transfer.setData('application/vnd.code.uri-list', uris);
        if (file) transfer.items.add(new File([new Uint8Array(file[1])], file[0], { type: 'image/png' }));
        const init = { bubbles: true, cancelable: true };
        element.dispatchEvent(
          kind === 'drop'
            ? new DragEvent('drop', { ...init, dataTransfer: transfer })
            : new ClipboardEvent('paste', { ...init, clipboardData: transfer }),
        );
      },
      [how, data] as const,
    );

  it('takes files that are dropped by their addresses, and what is pasted by its bytes', async () => {
    const panel = await typing('', {
      attachUris: ({ uris }) => ({
        attachments: uris.map((uri) => ({ kind: 'image' as const, uri, path: 'dropped.png', text: '' })),
      }),
      attachBytes: ({ name }) => ({
        attachments: [{ kind: 'image', uri: 'causeway-pasted:1', path: name, text: '' }],
      }),
    });
    await give(panel, 'drop', { uris: 'file:///w/a.png\r\nfile:///w/b.png\r\nhttps://evil.example/c.png' });
    assert.deepEqual((await panel.whenAsked('attachUris')).uris, ['file:///w/a.png', 'file:///w/b.png']);
    await give(panel, 'paste', { file: ['image.png', 3] });
    assert.deepEqual(await panel.whenAsked('attachBytes'), { sessionId, name: 'image.png', data: 'AAAA' });
    await panel.page.locator('.chip').getByText('image.png').waitFor();
    assert.equal(await panel.page.locator('.chip .codicon-file-media').count(), 3);
  });

  it('does not even read what is too large, and says so', async () => {
    const panel = await typing('');
    await give(panel, 'drop', { file: ['film.png', 21 * 1024 * 1024] });
    await panel.page.locator('.banner').getByText('film.png was not attached: it is larger than').waitFor();
    assert.equal(panel.asked.filter(({ method }) => method === 'attachBytes').length, 0);
  });

  it('says why something stays out, and takes it only where the host does', async () => {
    const panel = await typing('@.env');
    const row = options(panel).first();
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /made to hold secrets/);
    await panel.page.keyboard.press('Tab');
    await panel.page
      .locator('[aria-live="polite"]')
      .getByText('.env is not sent')
      .waitFor({ state: 'attached' });
    assert.equal(await panel.page.locator('.chip').count(), 0);
  });
});
