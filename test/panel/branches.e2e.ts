import assert from 'node:assert/strict';
import type { Fork } from '../../src/protocol/forks.ts';
import { type PanelPage, Refusal } from './support/panelPage.ts';
import { answer, id, session, sessionId, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

/** The second of two turns as it was asked first, asked again, and asked otherwise. */
const asked = [
  { entryId: id(2, 2), input: 0, leafId: id(3, 2), leafSeq: 4 },
  { entryId: id(2, 12), input: 0, leafId: id(3, 12), leafSeq: 6 },
  { entryId: id(2, 22), input: 1, leafId: id(3, 22), leafSeq: 8 },
];
const entriesOf: Record<string, ReturnType<typeof turns>> = {
  [id(2, 2)]: turns(2),
  [id(2, 12)]: [
    ...turns(1),
    user(12, 'Question 2: why does upload.test.ts fail only on CI?', { parentId: id(3, 1) }),
    answer(12, 'Another answer to it.'),
  ],
  [id(2, 22)]: [
    ...turns(1),
    user(22, 'Asked otherwise', { parentId: id(3, 1) }),
    answer(22, 'Answered otherwise.'),
  ],
};

describe('branches', function () {
  this.timeout(60_000);
  const open = panelSuite();

  /** The panel at one of the ways, with a host that moves the head as it is asked. */
  const opened = async (at: string): Promise<PanelPage> => {
    let head = at;
    const shown = () => view({ entries: entriesOf[head] ?? [] });
    const fork = (): Fork => ({ entryId: head, ways: asked });
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: shown() }),
        openSession: ({ entryId }) => {
          head = entryId ?? head;
          return shown();
        },
        branches: () => ({ forks: [fork()] }),
      },
    });
    await panel.page.getByRole('group', { name: /^Input/ }).waitFor();
    return panel;
  };
  const named = (panel: PanelPage, name: string) => panel.page.getByRole('group', { name });

  it('an input that was edited is shown again by its arrows, and the focus stays on them', async () => {
    const panel = await opened(id(2, 22));
    const group = named(panel, 'Input 2 of 2');
    const back = group.getByRole('button', { name: 'Show the earlier input' });
    assert.equal(await group.getByRole('button', { name: 'later' }).getAttribute('aria-disabled'), 'true');
    await back.focus();
    await panel.page.keyboard.press('Enter');
    // Of its two answers the one that was shown last.
    assert.deepEqual(await panel.whenAsked('openSession'), { sessionId, entryId: id(2, 12) });
    await named(panel, 'Input 1 of 2').waitFor();
    await panel.page.getByText('Another answer to it.').waitFor();
    await panel.page.waitForFunction(
      (wanted) => document.activeElement?.id === wanted,
      `input-back-${id(2, 12)}`,
    );
    await panel.page.waitForFunction(
      () => document.querySelector('[aria-live]')?.textContent?.trim() === 'Input 1 of 2',
    );
  });

  it('an answer that was asked for again is shown again, and keys lead to and fro', async () => {
    const panel = await opened(id(2, 12));
    await named(panel, 'Answer 2 of 2').getByRole('button', { name: 'Show the earlier answer' }).focus();
    await panel.page.keyboard.press('Enter');
    await panel.whenAsked('openSession', ({ entryId }) => entryId === id(2, 2));
    await named(panel, 'Answer 1 of 2').waitFor();
    await panel.page.waitForFunction(
      (wanted) => document.activeElement?.id === wanted,
      `answer-back-${id(2, 2)}`,
    );
    await panel.page.keyboard.press('Tab');
    await panel.page.keyboard.press('Enter');
    await panel.whenAsked('openSession', ({ entryId }) => entryId === id(2, 12));
    await named(panel, 'Answer 2 of 2').waitFor();
  });

  it('are there as soon as an edited input is taken', async () => {
    let forks: Fork[] = [];
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: turns(2) }) }),
        branches: () => ({ forks }),
      },
    });
    await panel.whenAsked('branches');
    assert.equal(await panel.page.getByRole('group', { name: /^Input/ }).count(), 0);
    forks = [{ entryId: id(2, 22), ways: asked }];
    const entry = user(22, 'Asked otherwise', { parentId: id(3, 1), seq: 7 });
    await panel.events({ type: 'entry.appended', sessionId, entry });
    await named(panel, 'Input 2 of 2').waitFor();
  });

  it('an entry that moves the head brings no second view while one is awaited', async () => {
    let appended: () => Promise<void> = async () => {};
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: entriesOf[id(2, 22)] ?? [] }) }),
        openSession: async () => {
          await appended();
          return view({ entries: turns(2) });
        },
        branches: () => ({ forks: [{ entryId: id(2, 22), ways: asked }] }),
      },
    });
    appended = () =>
      panel.events({
        type: 'entry.appended',
        sessionId,
        entry: { id: id(9, 1), parentId: id(3, 2), seq: 9, at: 0, door: 'panel', kind: 'rewind' },
      });
    await named(panel, 'Input 2 of 2').getByRole('button', { name: 'earlier' }).click();
    await panel.page.getByText('Answer 2:').waitFor();
    await panel.drawn();
    assert.equal(panel.asked.filter(({ method }) => method === 'openSession').length, 1);
  });
});

describe('what was found in a session', function () {
  this.timeout(60_000);
  const open = panelSuite();
  const other = session({ id: id(1, 2), title: 'Resuming uploads' });
  const hit = (entryId: string) => ({
    sessionId: other.id,
    sessionTitle: other.title,
    entryId,
    at: 0,
    snippet: 'which \u0002chunk\u0003 comes next',
  });
  const searched = async (panel: PanelPage) => {
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.waitForFunction(() => document.activeElement?.id === 'session-search');
    await panel.page.keyboard.type('chunk');
    await panel.page.locator('mark', { hasText: 'chunk' }).waitFor();
  };
  const search = async (panel: PanelPage) => {
    await searched(panel);
    await panel.page.locator('mark', { hasText: 'chunk' }).click();
  };

  for (const { where, sessions } of [
    { where: 'in the list', sessions: [other] },
    { where: 'of an older session', sessions: [] },
  ])
    it(`${where} leaves the session as it is when its title is clicked`, async () => {
      const panel = await open({
        answers: {
          listSessions: ({ query }) => ({ sessions, hits: query === '' ? [] : [hit(id(3, 20))] }),
          openSession: () => view({ session: other, entries: turns(1) }),
        },
      });
      await searched(panel);
      await panel.page.getByRole('button', { name: other.title }).first().click();
      assert.deepEqual(await panel.whenAsked('openSession'), { sessionId: other.id });
      await panel.page.getByText('Answer 1:').waitFor();
    });

  it('is not shown when it comes after another session was asked for', async () => {
    const third = session({ id: id(1, 3), title: 'Looked at instead' });
    let comes = () => {};
    const late = new Promise<void>((resolve) => {
      comes = resolve;
    });
    const panel = await open({
      answers: {
        listSessions: ({ query }) => ({ sessions: [third], hits: query === '' ? [] : [hit(id(3, 1))] }),
        openSession: async ({ sessionId: asked }) => {
          if (asked === third.id) return view({ session: third, entries: turns(2) });
          await late;
          return view({ session: other, entries: turns(1) });
        },
      },
    });
    await search(panel);
    await panel.whenAsked('openSession', ({ entryId }) => entryId !== undefined);
    await panel.page.getByText(third.title).click();
    await panel.page.getByText('Answer 2:').waitFor();
    comes();
    // This host showed the late one last: it is asked for the other once more.
    const ofThird = () =>
      panel.asked.filter(
        ({ method, params }) => method === 'openSession' && JSON.stringify(params).includes(third.id),
      );
    await panel.whenAsked('openSession', () => ofThird().length > 1);
    await panel.drawn();
    assert.equal(await panel.page.getByText('Answer 2:').count(), 1);
    assert.equal(await panel.page.locator('.row.marked').count(), 0);
  });

  it('is opened where it was said: the place is in view, marked, and has the focus', async () => {
    const all = turns(300);
    const panel = await open({
      answers: {
        listSessions: ({ query }) => ({ sessions: [], hits: query === '' ? [] : [hit(id(3, 20))] }),
        openSession: () => view({ session: other, entries: all.slice(-120), hasEarlier: true }),
        loadEarlier: ({ beforeId, limit }) => {
          const end = all.findIndex(({ id: one }) => one === beforeId);
          const from = Math.max(0, end - limit);
          return { entries: all.slice(from, end), hasEarlier: from > 0 };
        },
      },
    });
    await search(panel);
    assert.deepEqual(await panel.whenAsked('openSession'), { sessionId: other.id, entryId: id(3, 20) });
    const row = panel.page.locator('.row.marked');
    await row.getByText('Answer 20:').waitFor();
    await panel.page.waitForFunction(() => document.activeElement?.classList.contains('row'));
    const inView = await row.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const view = element.closest('.transcript')?.getBoundingClientRect();
      return view !== undefined && top >= view.top - 1 && bottom <= view.bottom + 1;
    });
    assert.ok(inView);
    // Its mark fades.
    await panel.page.locator('.row.marked').waitFor({ state: 'detached' });
  });

  it('of a branch that cannot be shown now opens the session and says why', async () => {
    const refusal = new Refusal({
      code: 'turn_under_way',
      message: 'This session is answering.',
      action: 'none',
    });
    const panel = await open({
      answers: {
        listSessions: ({ query }) => ({ sessions: [], hits: query === '' ? [] : [hit(id(3, 20))] }),
        openSession: ({ entryId }) =>
          entryId === undefined ? view({ session: other, entries: turns(1) }) : (refusal as never),
      },
    });
    await search(panel);
    await panel.page.getByText('Answer 1:').waitFor();
    await panel.page.getByText('This session is answering.').first().waitFor();
  });
});

describe('the list of sessions', function () {
  this.timeout(60_000);
  const open = panelSuite();

  it('shows older ones when it is asked to, with the focus on the first of them', async () => {
    const page = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) =>
        session({ id: id(1, from + at), title: `Session ${from + at}` }),
      );
    const next = { updatedAt: 5, id: id(1, 3) };
    const panel = await open({
      answers: {
        listSessions: ({ after }) =>
          after ? { sessions: page(4, 2), hits: [] } : { sessions: page(1, 3), hits: [], next },
      },
    });
    await panel.push({ type: 'navigate', to: 'history' });
    await panel.page.getByRole('button', { name: 'Show older' }).focus();
    await panel.page.keyboard.press('Enter');
    assert.deepEqual((await panel.whenAsked('listSessions', ({ after }) => after !== undefined)).after, next);
    await panel.page.getByText('Session 5').waitFor();
    await panel.page.waitForFunction(
      (wanted) => document.activeElement?.id === wanted,
      `session-${id(1, 4)}`,
    );
    assert.equal(await panel.page.getByRole('button', { name: 'Show older' }).count(), 0);
  });
});
