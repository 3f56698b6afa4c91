import assert from 'node:assert/strict';
import { contextNext, contextSent, unmasked } from './support/contextSamples.ts';
import { type PanelPage, Refusal } from './support/panelPage.ts';
import { answer, id, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const chat = () => ({ status: status(), view: view({ entries: turns(2) }) });
const button = (panel: PanelPage, name: string | RegExp) => panel.page.getByRole('button', { name });
const focusIs = (panel: PanelPage, wanted: string) =>
  panel.page.waitForFunction((id) => document.activeElement?.id === id, wanted);

describe('the context inspector', function () {
  this.timeout(60_000);
  const open = panelSuite();

  const inspecting = async (answers: NonNullable<Parameters<typeof open>[0]>['answers'] = {}) => {
    const panel = await open({ answers: { ready: chat, ...answers } });
    await panel.page.fill('#input', 'Why?');
    await panel.page.click('#meter');
    await button(panel, /System prompt/).waitFor();
    return panel;
  };

  it('shows what would be sent with the input as it stands, and Escape leads back to where it was opened', async () => {
    const panel = await inspecting();
    const asked = await panel.whenAsked('context');
    assert.ok(asked.of.kind === 'next');
    assert.equal(asked.of.input.text, 'Why?');
    await focusIs(panel, 'screen-back');
    await panel.page.keyboard.press('Escape');
    await focusIs(panel, 'meter');
    assert.equal(await panel.page.inputValue('#input'), 'Why?');
  });

  it('shows what was sent in a turn, and leads back to its answer', async () => {
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: [user(1, 'Why?'), answer(1, 'So.')] }) }),
        context: contextSent,
      },
    });
    await button(panel, 'What was sent in this turn').click();
    assert.deepEqual((await panel.whenAsked('context')).of, { kind: 'turn', turnId: id(4, 1) });
    await panel.page.getByText('12.4k of 200k tokens · $0.013 · 80% from the cache').waitFor();
    await panel.page.getByText(/last of several requests\. The whole turn: 23\.4k/).waitFor();
    await panel.page.keyboard.press('Escape');
    await focusIs(panel, `context-${id(4, 1)}`);
  });

  it('a text is asked for when it is opened, and not before', async () => {
    const panel = await inspecting();
    assert.equal(panel.asked.filter(({ method }) => method === 'contextText').length, 0);
    const row = button(panel, /^Workspace: src\/upload\/retry\.ts/);
    await row.focus();
    await panel.page.keyboard.press('Enter');
    await panel.page.getByText('The text of segment 7.').waitFor();
    assert.equal(await row.getAttribute('aria-expanded'), 'true');
    await panel.page.keyboard.press('Enter');
    await panel.page.getByText('The text of segment 7.').waitFor({ state: 'detached' });
  });

  it('a part that is left out goes with the next input as left out, and can be taken back', async () => {
    const panel = await inspecting();
    await button(panel, 'Leave src/upload/retry.ts out of the next turn').click();
    await panel.whenAsked('context', ({ of }) => of.kind === 'next' && of.input.excluded.length === 1);
    await panel.page.getByText('Left out of the next turn').waitFor();
    await panel.page.keyboard.press('Escape');
    await focusIs(panel, 'meter');
    await panel.page.press('#input', 'Enter');
    assert.deepEqual((await panel.whenAsked('send')).excluded, ['open:retry']);
  });

  it('a recalled turn that is pinned goes with the next input, once', async () => {
    const panel = await inspecting();
    const pin = button(panel, 'Send Turn of 14 March, 09:12 word for word with the next turn');
    await pin.click();
    await panel.page.getByText('Word for word in the next turn').waitFor();
    await panel.page.keyboard.press('Escape');
    await focusIs(panel, 'meter');
    await panel.page.press('#input', 'Enter');
    assert.deepEqual((await panel.whenAsked('send')).pinned, [id(2, 40)]);
    await panel.whenAsked('setDraft', ({ text, pinned }) => text === '' && pinned?.length === 0);
  });

  it('an edit begins with the text without its tags, is kept with the draft, and can be reverted', async () => {
    const panel = await inspecting({
      contextText: () => ({ text: '<memory path="AGENTS.md">\nDo not add a framework.\n</memory>' }),
    });
    await button(panel, 'Edit AGENTS.md for the next turn').click();
    const box = panel.page.getByRole('textbox', { name: 'Edit AGENTS.md for the next turn' });
    await box.waitFor();
    assert.equal(await box.inputValue(), 'Do not add a framework.');
    await box.fill('Add one.');
    const kept = await panel.whenAsked('setDraft', ({ replaced }) => replaced?.[0]?.text === 'Add one.');
    assert.equal(kept.replaced?.[0]?.partId, 'memory:AGENTS.md');
    await button(panel, 'Revert').first().click();
    await panel.whenAsked('setDraft', ({ replaced }) => replaced?.length === 0);
    assert.equal(await box.inputValue(), 'Do not add a framework.');
  });

  it('says what is masked and where, at the meter too', async () => {
    const preview = () => ({ chips: [], tokens: 10, window: 100, masked: 2, secrets: 0 });
    const panel = await open({ answers: { ready: chat, preview } });
    await button(panel, /^2 places are masked\. 10 \/ 100 tokens/).click();
    await panel.page.getByText('Masked: 1 × AWS access key, 1 × value with the name of a secret.').waitFor();
    await panel.page.getByText('AWS access key, line 3: masked', { exact: true }).waitFor();
  });

  it('says how many secrets would go as they are where masking is switched off', async () => {
    const preview = () => ({ chips: [], tokens: 10, window: 100, masked: 0, secrets: 2 });
    const panel = await open({
      answers: { ready: chat, preview, context: () => unmasked(contextNext()) },
    });
    await button(panel, /^2 secrets are in what would be sent\. 10 \/ 100 tokens/).click();
    await panel.page.getByText('2 secrets are in what would be sent.').waitFor();
    await panel.page.getByText('AWS access key, line 3: not masked').waitFor();
  });

  it('Tab goes through all of it in reading order, always visibly', async () => {
    const panel = await inspecting();
    await focusIs(panel, 'screen-back');
    const places: { name: string; top: number; outline: string }[] = [];
    for (;;) {
      await panel.page.keyboard.press('Tab');
      const place = await panel.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        return {
          name: element.getAttribute('aria-label') ?? element.textContent ?? '',
          top: element.getBoundingClientRect().top + (document.querySelector('.screen-body')?.scrollTop ?? 0),
          outline: getComputedStyle(element).outlineStyle,
        };
      });
      if (!place || places.length > 60) break;
      places.push(place);
    }
    const names = places.map(({ name }) => name);
    assert.ok(names.includes('Open the exact request as JSON'), names.join(', '));
    assert.ok(names.includes('Leave src/upload/retry.ts out of the next turn'), names.join(', '));
    const rows = places.filter(({ name }) => /^(Leave|Edit|Send) /.test(name)).map(({ top }) => top);
    assert.deepEqual(
      rows,
      rows.toSorted((a, b) => a - b),
    );
    assert.deepEqual(
      places.filter(({ outline }) => outline === 'none'),
      [],
    );
  });

  it('the exact request is opened by the host', async () => {
    const panel = await inspecting();
    await button(panel, 'Open the exact request as JSON').click();
    assert.equal((await panel.whenAsked('openRequest')).of.kind, 'next');
  });

  it('a request that cannot be built is said, and the way back stays', async () => {
    const panel = await open({
      answers: {
        ready: chat,
        context: () =>
          new Refusal({
            code: 'input_too_large',
            message: 'The input is too large.',
            action: 'none',
          }) as never,
      },
    });
    await panel.page.click('#meter');
    await panel.page.locator('.banner').getByText('The input is too large.').waitFor();
    await panel.page.click('#screen-back');
    await focusIs(panel, 'meter');
  });

  it('what is not sent is said in the answer and leads to what was', async () => {
    const omitted = [{ label: '32 older turns', tokens: 41_200, reason: 'They did not fit.' }];
    const report = { ...contextNext().report, omitted };
    const entries = [user(1, 'Why?'), answer(1, 'So.', { report })];
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries }) }), context: contextSent },
    });
    await button(panel, /^32 older turns: They did not fit/).click();
    await button(panel, /System prompt/).waitFor();
  });
});
