import assert from 'node:assert/strict';
import { type PanelPage, Refusal } from './support/panelPage.ts';
import { answer, id, session, sessionId, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';
import { flaky } from './support/texts.ts';

const live = { sessionId, turnId: id(4, 1) };
const started = { type: 'turn.started', ...live, provider: 'anthropic', model: 'claude-sonnet-5' } as const;
const focused = (panel: PanelPage) =>
  panel.page.evaluate(() => {
    const element = document.activeElement;
    return (
      element?.id || element?.getAttribute('aria-label') || element?.textContent || element?.tagName || ''
    );
  });
const input = (panel: PanelPage) => panel.page.inputValue('#input');

describe('the panel by keyboard alone', function () {
  this.timeout(60_000);
  const open = panelSuite();

  it('Enter sends and empties the input, Shift+Enter breaks the line', async () => {
    const panel = await open();
    await panel.page.focus('#input');
    await panel.page.keyboard.type('one');
    await panel.page.keyboard.press('Shift+Enter');
    await panel.page.keyboard.type('two');
    await panel.page.keyboard.press('Enter');
    const sent = await panel.whenAsked('send');
    assert.equal(sent.text, 'one\ntwo');
    await panel.page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('#input')?.value === '',
    );
    assert.equal(await focused(panel), 'input');
  });

  it('Enter during composition of a word does not send', async () => {
    const panel = await open();
    await panel.page.focus('#input');
    const cdp = await panel.page.context().newCDPSession(panel.page);
    await cdp.send('Input.imeSetComposition', { text: 'か', selectionStart: 1, selectionEnd: 1 });
    await panel.page.$eval('#input', (element) => {
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
    });
    await cdp.send('Input.insertText', { text: '火' });
    await panel.page.keyboard.press('Enter');
    assert.equal((await panel.whenAsked('send')).text, '火');
    assert.equal(panel.asked.filter(({ method }) => method === 'send').length, 1);
  });

  it('a refused input stands in the input again, with the reason', async () => {
    const refusal = new Refusal({
      code: 'full',
      message: 'The disk is full. Nothing was sent.',
      action: 'none',
    });
    const panel = await open({
      answers: { send: () => refusal as never },
    });
    await panel.page.fill('#input', 'keep me');
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('.banner').getByText('The disk is full').waitFor();
    assert.equal(await input(panel), 'keep me');
  });

  it('Escape stops the live turn; an input sent meanwhile is queued', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: [user(1, 'Why?')] }) }) },
    });
    await panel.events(started);
    await panel.page.getByText('Waiting for').waitFor();
    await panel.page.focus('#input');
    await panel.page.keyboard.type('next');
    await panel.page.getByRole('button', { name: 'Queue' }).waitFor();
    await panel.page.keyboard.press('Escape');
    assert.deepEqual(await panel.whenAsked('stop'), { sessionId });
    assert.equal(await input(panel), 'next');
  });

  it('↑ in an empty input edits the last turn in place and sends it as a branch', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: turns(2) }) }) },
    });
    await panel.page.focus('#input');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.locator('.edit textarea').waitFor();
    await panel.page.keyboard.type(' Really?');
    await panel.page.keyboard.press('Enter');
    const sent = await panel.whenAsked('send');
    assert.match(sent.text, /^Question 2: .* Really\?$/);
    assert.equal(sent.parentId, id(3, 1));
    await panel.page.waitForFunction(() => document.activeElement?.id === 'input');
  });

  it('Ctrl+F finds in the session, Enter goes on, Escape closes and returns to the input', async () => {
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: turns(30, 100), hasEarlier: true }) }),
        find: () => ({ entryIds: [id(2, 95), id(2, 110)] }),
        loadEarlier: () => ({ entries: turns(10, 90), hasEarlier: true }),
      },
    });
    await panel.page.focus('#input');
    await panel.page.keyboard.press('Control+f');
    await panel.page.waitForFunction(() => document.activeElement?.closest('.find') !== null);
    await panel.page.keyboard.type('timer');
    await panel.page.locator('.find').getByText('2 of 2').waitFor();
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('.find').getByText('1 of 2').waitFor();
    await panel.page.getByText('Question 95:').waitFor();
    await panel.page.keyboard.press('Escape');
    await panel.page.waitForFunction(() => document.activeElement?.id === 'input');
  });

  it('Tab goes through everything in reading order, always visibly', async () => {
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: [user(1, 'Why?'), answer(1, flaky)] }) }),
      },
    });
    await panel.page.locator('.code-block').waitFor();
    await panel.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const places: { top: number; name: string; outline: boolean }[] = [];
    for (;;) {
      await panel.page.keyboard.press('Tab');
      const place = await panel.page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        const style = getComputedStyle(element);
        const box =
          element.closest('.input-box') && element.tagName === 'TEXTAREA'
            ? element.closest('.input-box')
            : null;
        return {
          name: element.id || element.getAttribute('aria-label') || element.textContent || '',
          top: element.getBoundingClientRect().top,
          outline:
            style.outlineStyle !== 'none' ||
            (box !== null && getComputedStyle(box).borderColor === 'rgb(0, 120, 212)'),
        };
      });
      if (!place || places.length > 60) break;
      places.push(place);
    }
    const names = places.map(({ name }) => name);
    for (const name of ['title', 'Copy', 'Retry', 'input', 'Add context', 'Grounding']) {
      assert.ok(names.includes(name), `${name} is not reached: ${names.join(', ')}`);
    }
    assert.ok(names.indexOf('title') < names.indexOf('Retry'));
    assert.ok(names.indexOf('Retry') < names.indexOf('input'));
    assert.deepEqual(
      places.filter(({ outline }) => !outline),
      [],
    );
  });

  it('the focus is not lost when an answer ends or a chip goes', async () => {
    const attachment = { kind: 'file', uri: 'file:///a', path: 'a.ts', text: '' } as const;
    const panel = await open({
      answers: {
        ready: () => ({
          status: status(),
          view: view({ entries: [user(1, 'Why?')], draft: { text: '', attachments: [attachment] } }),
        }),
      },
    });
    await panel.events(started, { type: 'turn.text', ...live, block: 0, text: flaky });
    const copy = panel.page.locator('.code-head').getByRole('button', { name: 'Copy' });
    await copy.focus();
    await panel.events({ type: 'turn.ended', ...live, entry: answer(1, flaky) });
    await panel.page.locator('.footer').waitFor();
    assert.equal(await focused(panel), 'Copy');
    await panel.page.getByRole('button', { name: 'Leave out a.ts' }).focus();
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('.chip').waitFor({ state: 'detached' });
    assert.equal(await focused(panel), 'input');
  });

  it('commands lead to the last answer, the next code block and the input', async () => {
    const panel = await open({
      answers: {
        ready: () => ({
          status: status(),
          view: view({ entries: [...turns(30), user(31, 'Code?'), answer(31, flaky)] }),
        }),
      },
    });
    await panel.push({ type: 'navigate', to: 'last_answer' });
    await panel.page.waitForFunction(() => document.activeElement?.classList.contains('answer-row'));
    await panel.push({ type: 'navigate', to: 'next_code' });
    await panel.page.waitForFunction(() => document.activeElement?.classList.contains('code-block'));
    await panel.push({ type: 'navigate', to: 'previous_turn' });
    await panel.page.waitForFunction(() => document.activeElement?.classList.contains('user-row'));
    await panel.push({ type: 'navigate', to: 'input' });
    await panel.page.waitForFunction(() => document.activeElement?.id === 'input');
  });

  it('the title is renamed in place', async () => {
    const panel = await open();
    await panel.page.focus('#title');
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.type('A better name');
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.whenAsked('rename'), { sessionId, title: 'A better name' });
    await panel.events({ type: 'session.changed', sessionId, session: session({ title: 'A better name' }) });
    await panel.page.getByText('A better name').waitFor();
    assert.equal(panel.asked.filter(({ method }) => method === 'rename').length, 1);
  });
});
