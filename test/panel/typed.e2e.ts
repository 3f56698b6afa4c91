import assert from 'node:assert/strict';
import type { PanelResult } from '../../src/protocol/panel.ts';
import { type PanelPage, Refusal } from './support/panelPage.ts';
import { answer, id, session, sessionId, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const other = session({ id: id(1, 2), title: 'Resuming uploads' });
const file = (path: string) => ({ kind: 'file', uri: `file:///w/${path}`, path, text: path }) as const;
const full = new Refusal({
  code: 'store_full',
  message: 'The disk is full. Nothing was sent.',
  action: 'none',
});
const taken: PanelResult<'send'> = { turnId: id(4, 90), state: 'live' };
const draftIs = (panel: PanelPage, text: string) =>
  panel.page.waitForFunction(
    (wanted) => document.querySelector<HTMLTextAreaElement>('#input')?.value === wanted,
    text,
  );
const count = (panel: PanelPage, method: string) => panel.asked.filter((one) => one.method === method).length;

/** An answer of the host that comes when the test says so. */
function held<T>(): { answer: () => Promise<T>; give: (result: T) => void } {
  let give: (result: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    give = resolve;
  });
  return { answer: () => promise, give };
}

describe('what was typed and chosen is not lost', function () {
  this.timeout(60_000);
  const open = panelSuite();

  it('a refused input stands before what was typed and attached meanwhile', async () => {
    const send = held<PanelResult<'send'>>();
    const panel = await open({ answers: { send: send.answer } });
    await panel.push({ type: 'attach', sessionId, attachments: [file('a.ts')] });
    await panel.page.fill('#input', 'first');
    await panel.page.keyboard.press('Enter');
    await draftIs(panel, '');
    await panel.page.keyboard.type('second');
    await panel.push({ type: 'attach', sessionId, attachments: [file('b.ts')] });
    send.give(full as never);
    await draftIs(panel, 'first\nsecond');
    const kept = await panel.whenAsked('setDraft', ({ text }) => text === 'first\nsecond');
    assert.deepEqual(kept.attachments, [file('a.ts'), file('b.ts')]);
  });

  it('an input that is refused after another session was opened goes back to its own', async () => {
    const send = held<PanelResult<'send'>>();
    const panel = await open({ answers: { send: send.answer } });
    await panel.page.fill('#input', 'first');
    await panel.page.keyboard.press('Enter');
    await draftIs(panel, '');
    await panel.page.keyboard.type('second');
    await panel.push({ type: 'view', view: view({ session: other }) });
    await panel.page.getByText('Resuming uploads').waitFor();
    send.give(full as never);
    const kept = await panel.whenAsked('setDraft', ({ text }) => text === 'first\nsecond');
    assert.equal(kept.sessionId, sessionId);
    await draftIs(panel, '');
  });

  const queued = {
    turnId: id(4, 2),
    sessionId,
    position: 1,
    text: 'Then write a test.\nA short one.',
    attachments: [file('a.ts')],
    door: 'panel' as const,
  };
  const withQueue = () => ({ status: status(), view: view({ entries: turns(1), queue: [queued] }) });

  it('a queued input that is edited comes back with its attachments, before what is typed', async () => {
    const panel = await open({ answers: { ready: withQueue } });
    await panel.page.fill('#input', 'and more');
    await panel.page.locator('.queue').getByRole('button', { name: 'Edit' }).click();
    await draftIs(panel, `${queued.text}\nand more`);
    await panel.page.locator('.composer .chip', { hasText: 'a.ts' }).waitFor();
  });

  it('a queued input that is edited goes back to its own session when another is shown by then', async () => {
    const withdraw = held<PanelResult<'withdraw'>>();
    const panel = await open({ answers: { ready: withQueue, withdraw: withdraw.answer } });
    await panel.page.locator('.queue').getByRole('button', { name: 'Edit' }).click();
    await panel.push({ type: 'view', view: view({ session: other }) });
    await panel.page.getByText('Resuming uploads').waitFor();
    withdraw.give({ withdrawn: true });
    const kept = await panel.whenAsked('setDraft', ({ text }) => text === queued.text);
    assert.deepEqual([kept.sessionId, kept.attachments], [sessionId, queued.attachments]);
    await draftIs(panel, '');
  });

  it('inputs that were withdrawn can be called back, from another session too', async () => {
    const second = { ...queued, turnId: id(4, 3), position: 2, text: 'And the docs.', attachments: [] };
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ queue: [queued, second] }) }),
        openSession: () => view(),
      },
    });
    for (const at of [0, 1]) {
      await panel.page.locator('.queue').getByRole('button', { name: 'Withdraw' }).nth(at).click();
    }
    await panel.page
      .getByText('Withdrawn: “Then write a test.…”, “And the docs.”', { exact: true })
      .waitFor();
    await panel.push({ type: 'view', view: view({ session: other }) });
    await panel.page.getByText('Resuming uploads').waitFor();
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await panel.page.getByText('Fix flaky upload test').waitFor();
    await draftIs(panel, `${queued.text}\n${second.text}`);
    await panel.page.locator('.composer .chip', { hasText: 'a.ts' }).waitFor();
    await panel.page.locator('.banner', { hasText: 'Withdrawn' }).waitFor({ state: 'hidden' });
  });

  it('the edit of an earlier input stays while a script asks, is scrolled away, and the panel is hidden', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: turns(40) }) }) },
    });
    await panel.page.focus('#input');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.locator('.edit textarea').waitFor();
    await panel.page.keyboard.type(' On Linux?');
    const entry = user(41, 'Summarise.', { door: 'bridge', client: 'nightly' });
    await panel.events({ type: 'entry.appended', sessionId, entry });
    await panel.page.getByText('nightly (script)', { exact: true }).waitFor();
    const { edits } = await panel.whenAsked('setDraft', (draft) =>
      Boolean(draft.edits?.[0]?.text.endsWith(' On Linux?')),
    );
    await panel.page.locator('.transcript').hover();
    await panel.page.mouse.wheel(0, -20_000);
    await panel.page.locator('.edit').waitFor({ state: 'detached' });
    await panel.page.mouse.wheel(0, 40_000);
    const box = panel.page.locator('.edit textarea');
    await box.waitFor();
    assert.match(await box.inputValue(), /^Question 40: .* On Linux\?$/);

    const drawnAnew = await open({
      answers: {
        ready: () => ({
          status: status(),
          view: view({ entries: turns(40), draft: { text: '', attachments: [], edits } }),
        }),
      },
    });
    await drawnAnew.page.locator('.edit textarea').waitFor();
    assert.match(await drawnAnew.page.locator('.edit textarea').inputValue(), / On Linux\?$/);
    // A box that was open before takes the focus from nothing.
    assert.notEqual(await drawnAnew.page.evaluate(() => document.activeElement?.tagName), 'TEXTAREA');
  });

  it('two inputs can be edited at once; Escape ends one and leaves the other', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: turns(2) }) }) },
    });
    const edit = panel.page.getByRole('button', { name: 'Edit and send again as a branch' });
    await edit.first().click();
    await panel.page.keyboard.type(' One.');
    await edit.click();
    await panel.page.keyboard.type(' Two.');
    const boxes = panel.page.locator('.edit textarea');
    assert.deepEqual(
      (await boxes.evaluateAll((all) => all.map((box) => (box as HTMLTextAreaElement).value))).map((text) =>
        text.slice(-5),
      ),
      [' One.', ' Two.'],
    );
    await panel.page.keyboard.press('Escape');
    await boxes.nth(1).waitFor({ state: 'detached' });
    assert.match(await boxes.inputValue(), / One\.$/);
  });

  it('a picture without words can be sent again from the edited input, nothing at all cannot', async () => {
    const picture = {
      type: 'image',
      source: {
        type: 'base64',
        media_type: 'image/png',
        data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
      },
    } as const;
    const entries = [
      user(1, '', { content: [picture, { type: 'text', text: '' }] }),
      answer(1, 'A dot.'),
      user(2, 'Why?'),
      answer(2, 'So.'),
    ];
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries }) }) },
    });
    const edit = panel.page.getByRole('button', { name: 'Edit and send again as a branch' });
    const again = panel.page.getByRole('button', { name: 'Send again', exact: true });
    await edit.nth(1).click();
    await panel.page.fill('.edit textarea', '');
    assert.equal(await again.isDisabled(), true);
    await panel.page.keyboard.press('Escape');
    await edit.nth(0).click();
    await again.click();
    const sent = await panel.whenAsked('send');
    assert.deepEqual([sent.text, sent.parentId, sent.from], ['', null, id(2, 1)]);
  });

  it('what the user took out of the next turn is left out of it, however it is sent, and offered again after', async () => {
    const chip = { id: 'file:b', label: 'b.ts', source: 'auto', tokens: 640, reason: 'Open.' } as const;
    const panel = await open({
      answers: { preview: () => ({ chips: [chip], tokens: 1, window: 2, masked: 0, secrets: 0 }) },
    });
    for (const send of [
      () => panel.page.locator('.suggestion').first().click(),
      () => panel.page.fill('#input', 'Why?').then(() => panel.page.keyboard.press('Enter')),
    ]) {
      const before = count(panel, 'send');
      await panel.page.getByRole('button', { name: 'Leave out b.ts' }).click();
      await panel.page.locator('.chip.excluded', { hasText: 'b.ts' }).waitFor();
      await send();
      await panel.whenAsked('send', (params) => params.excluded[0] === chip.id);
      await panel.page.getByRole('button', { name: 'Leave out b.ts' }).waitFor();
      assert.equal(count(panel, 'send'), before + 1);
    }
  });

  it('what was taken out stays out when the input is refused and is kept with the draft', async () => {
    const chip = { id: 'file:b', label: 'b.ts', source: 'auto', tokens: 640, reason: 'Open.' } as const;
    const excluded = [{ id: chip.id, label: chip.label }];
    const panel = await open({
      answers: {
        preview: () => ({ chips: [chip], tokens: 1, window: 2, masked: 0, secrets: 0 }),
        send: () => full as never,
      },
    });
    await panel.page.getByRole('button', { name: 'Leave out b.ts' }).click();
    assert.deepEqual((await panel.whenAsked('setDraft')).excluded, excluded);
    await panel.page.fill('#input', 'Why?');
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('.banner', { hasText: 'The disk is full' }).waitFor();
    await panel.page.locator('.chip.excluded', { hasText: 'b.ts' }).waitFor();
    const drawnAnew = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ draft: { text: '', attachments: [], excluded } }) }),
        preview: () => ({ chips: [chip], tokens: 1, window: 2, masked: 0, secrets: 0 }),
      },
    });
    await drawnAnew.page.locator('.chip.excluded', { hasText: 'b.ts' }).waitFor();
    assert.equal(await drawnAnew.page.getByRole('button', { name: 'Leave out b.ts' }).count(), 0);
  });

  it('an open file that stays out says why, and goes once the host has asked', async () => {
    const chip = {
      id: 'file:///w/.env',
      label: '.env',
      source: 'out',
      tokens: 0,
      reason: 'Files of this name are made to hold secrets.',
    } as const;
    const attachment = { kind: 'file', uri: chip.id, path: '.env', text: 'KEY=1' } as const;
    const panel = await open({
      answers: {
        preview: ({ attachments }) => ({
          chips: attachments.length === 0 ? [chip] : [],
          tokens: 1,
          window: 2,
          masked: 0,
          secrets: 0,
        }),
        addOpenFile: () => ({ attachments: [attachment] }),
      },
    });
    await panel.page.locator('.chip.out', { hasText: chip.reason }).waitFor();
    await panel.page.getByRole('button', { name: 'Add .env all the same' }).click();
    assert.equal((await panel.whenAsked('addOpenFile')).uri, chip.id);
    assert.deepEqual((await panel.whenAsked('setDraft')).attachments, [attachment]);
    await panel.page.locator('.chip.out').waitFor({ state: 'detached' });
    await panel.page.getByRole('button', { name: 'Leave out .env' }).waitFor();
  });

  it('a second press sends no second turn', async () => {
    const send = held<PanelResult<'send'>>();
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: turns(1) }) }), send: send.answer },
    });
    await panel.page.focus('#input');
    await panel.page.keyboard.press('ArrowUp');
    await panel.page.locator('.edit textarea').waitFor();
    await panel.page.keyboard.press('Enter');
    await panel.page.keyboard.press('Enter');
    await panel.whenAsked('send');
    send.give(taken);
    await panel.page.locator('.edit').waitFor({ state: 'detached' });
    assert.equal(count(panel, 'send'), 1);

    const stopped = [user(1, 'Why?'), answer(1, 'Because', { outcome: 'interrupted' })];
    const check = async (entries: typeof stopped, button: string, method: 'send' | 'retry') => {
      const shown = await open({
        answers: { ready: () => ({ status: status(), view: view({ entries }) }) },
      });
      const pressed = shown.page.getByRole('button', { name: button }).first();
      await pressed.dblclick();
      await shown.whenAsked(method);
      // The host can have answered before the second press of a double click comes.
      await pressed.dispatchEvent('click', { detail: 2 });
      await shown.page.fill('#input', 'and then');
      await shown.whenAsked('setDraft', ({ text }) => text === 'and then');
      assert.equal(count(shown, method), 1, button);
    };
    await check(stopped, 'Continue', 'send');
    await check(stopped, 'Retry', 'retry');
    await check([], 'Where are uploads split', 'send');
  });

  it('Escape in the list of sessions closes it and leaves the answer alone', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: [user(1, 'Why?')] }) }) },
    });
    await panel.events({
      type: 'turn.started',
      sessionId,
      turnId: id(4, 1),
      provider: 'anthropic',
      model: 'claude-sonnet-5',
    });
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.waitForFunction(() => document.activeElement?.id === 'session-search');
    await panel.page.keyboard.press('Escape');
    await panel.page.waitForFunction(() => document.activeElement?.id === 'input');
    await panel.page.fill('#input', 'next');
    await panel.whenAsked('setDraft', ({ text }) => text === 'next');
    assert.equal(count(panel, 'stop'), 0);
  });

  it('a view that was refused is asked for again when the next entry does not fit', async () => {
    let refused = false;
    const entries = [...turns(1), user(8, 'Elsewhere'), answer(8, 'Found again.')];
    const panel = await open({
      answers: {
        openSession: () => {
          if (refused) return view({ entries });
          refused = true;
          return full as never;
        },
      },
    });
    await panel.events({ type: 'entry.appended', sessionId, entry: user(8, 'Elsewhere') });
    await panel.page.locator('.banner', { hasText: 'The disk is full' }).waitFor();
    await panel.events({ type: 'entry.appended', sessionId, entry: answer(8, 'Found again.') });
    await panel.page.getByText('Found again.').waitFor();
  });
});
