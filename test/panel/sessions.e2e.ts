import assert from 'node:assert/strict';
import { id, session, sessionId, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const other = session({ id: id(1, 2), title: 'Resuming uploads' });

describe('sessions and drafts', function () {
  this.timeout(60_000);
  const open = panelSuite();

  it('a draft is in the host soon after the last letter, without leaving the input', async () => {
    const panel = await open();
    await panel.page.focus('#input');
    await panel.page.keyboard.type('half a thought');
    const draft = await panel.whenAsked('setDraft', ({ text }) => text === 'half a thought');
    assert.equal(draft.sessionId, sessionId);
  });

  it('a draft is written at once when the input loses the focus or the page is hidden', async () => {
    for (const leave of ['blur', 'pagehide']) {
      const panel = await open();
      await panel.page.focus('#input');
      await panel.page.keyboard.insertText(`kept at ${leave}`);
      await panel.page.evaluate((type) => window.dispatchEvent(new Event(type)), leave);
      await panel.whenAsked('setDraft', ({ text }) => text === `kept at ${leave}`);
    }
  });

  it('switching sessions writes the draft before it opens the other, and shows the draft of that', async () => {
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: turns(1) }) }),
        listSessions: () => ({ sessions: [session(), other], hits: [] }),
        openSession: () => view({ session: other, draft: { text: 'its own draft', attachments: [] } }),
      },
    });
    await panel.page.focus('#input');
    await panel.page.keyboard.insertText('left behind');
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.getByText('Resuming uploads').click();
    await panel.whenAsked('openSession', (params) => params.sessionId === other.id);
    const order = panel.asked.map(({ method }) => method);
    const draft = panel.asked.find(({ method }) => method === 'setDraft')?.params;
    assert.deepEqual(draft, {
      sessionId,
      text: 'left behind',
      attachments: [],
      excluded: [],
      pinned: [],
      replaced: [],
      edits: [],
    });
    assert.ok(order.indexOf('setDraft') < order.indexOf('openSession'));
    await panel.page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('#input')?.value === 'its own draft',
    );
  });

  it('a draft of another session is not overwritten by a view the host pushes', async () => {
    const panel = await open();
    await panel.page.focus('#input');
    await panel.page.keyboard.insertText('mine');
    await panel.push({ type: 'view', view: view({ session: other }) });
    const draft = await panel.whenAsked('setDraft', ({ text }) => text === 'mine');
    assert.equal(draft.sessionId, sessionId);
    await panel.page.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('#input')?.value === '',
    );
  });

  it('the list searches transcripts and shows what matched', async () => {
    const panel = await open({
      answers: {
        listSessions: ({ query }) => ({
          sessions: query === '' ? [session(), other] : [],
          hits:
            query === 'chunk'
              ? [
                  {
                    sessionId: other.id,
                    sessionTitle: other.title,
                    entryId: id(3, 1),
                    at: 0,
                    snippet: 'which \u0002chunk\u0003 comes next',
                  },
                ]
              : [],
        }),
      },
    });
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.getByText('Fix flaky upload test').waitFor();
    await panel.page.waitForFunction(() => document.activeElement?.id === 'session-search');
    await panel.page.keyboard.type('chunk');
    await panel.page.locator('mark', { hasText: 'chunk' }).waitFor();
    assert.equal(await panel.page.getByText('Fix flaky upload test').count(), 0);
  });

  it('a trashed session can be brought back, and the focus stays in the list', async () => {
    let trashed = false;
    const panel = await open({
      answers: {
        listSessions: () => ({ sessions: trashed ? [session()] : [session(), other], hits: [] }),
        trash: () => {
          trashed = true;
          return null;
        },
        restore: () => {
          trashed = false;
          return null;
        },
      },
    });
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.getByRole('button', { name: 'Move to trash' }).nth(1).focus();
    await panel.page.keyboard.press('Enter');
    assert.deepEqual(await panel.whenAsked('trash'), { sessionId: other.id });
    await panel.page.getByText('“Resuming uploads” is in the trash.').waitFor();
    await panel.page.waitForFunction(() => document.activeElement?.id === 'session-search');
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    assert.deepEqual(await panel.whenAsked('restore'), { sessionId: other.id });
    await panel.page.locator('.session').nth(1).waitFor();
  });

  it('an input of a script appears while the panel is open', async () => {
    const panel = await open();
    const entry = user(1, 'Summarise the night.', { door: 'bridge', client: 'nightly' });
    await panel.events({ type: 'entry.appended', sessionId, entry });
    await panel.page.getByText('nightly (script)', { exact: true }).waitFor();
  });
});
