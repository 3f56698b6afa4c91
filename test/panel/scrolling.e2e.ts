import assert from 'node:assert/strict';
import type { PanelPage } from './support/panelPage.ts';
import { answer, id, session, sessionId, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

const entries = [...turns(40), user(41, 'And now?')];
const live = { sessionId, turnId: id(4, 41) };
const started = { type: 'turn.started', ...live, provider: 'anthropic', model: 'claude-sonnet-5' } as const;
const text = (words: string) => ({ type: 'turn.text', ...live, block: 0, text: words }) as const;
const paragraphs = (count: number) => 'A paragraph of the answer that goes on for a while.\n\n'.repeat(count);

/** Pixels between the end of the transcript and the view. */
const left = (panel: PanelPage) =>
  panel.page.$eval('.transcript', (view) =>
    Math.round(view.scrollHeight - view.clientHeight - view.scrollTop),
  );
const top = (panel: PanelPage, words: string) =>
  panel.page
    .getByText(words, { exact: false })
    .first()
    .evaluate((element) => Math.round(element.getBoundingClientRect().top));
/** After the page has drawn what it was told. */
const drawn = (panel: PanelPage) =>
  panel.page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
const wheel = async (panel: PanelPage, pixels: number) => {
  const before = await left(panel);
  await panel.page.mouse.move(150, 300);
  await panel.page.mouse.wheel(0, pixels);
  await panel.page.waitForFunction((was) => {
    const view = document.querySelector('.transcript');
    return view && Math.round(view.scrollHeight - view.clientHeight - view.scrollTop) !== was;
  }, before);
  await drawn(panel);
};

describe('scrolling never fights the reader', function () {
  this.timeout(60_000);
  const open = panelSuite();
  const opened = () => open({ answers: { ready: () => ({ status: status(), view: view({ entries }) }) } });

  it('opens at the end and follows the stream there', async () => {
    const panel = await opened();
    assert.equal(await left(panel), 0);
    await panel.events(started, text(paragraphs(30)));
    await panel.page.getByText('A paragraph').first().waitFor();
    await drawn(panel);
    assert.equal(await left(panel), 0);
    assert.equal(await panel.page.locator('.jump').count(), 0);
  });

  it('goes to the end with what the reader sends, wherever they were', async () => {
    const panel = await opened();
    await wheel(panel, -2_000);
    assert.ok((await left(panel)) > 500);
    await panel.page.fill('#input', 'And what then?');
    await panel.page.press('#input', 'Enter');
    await panel.whenAsked('send');
    await drawn(panel);
    assert.equal(await left(panel), 0);
  });

  it('a small move up stops it, and Jump to latest takes it up again', async () => {
    const panel = await opened();
    await panel.events(started, text(paragraphs(30)));
    await drawn(panel);
    await wheel(panel, -40);
    const before = await left(panel);
    await panel.events(text(paragraphs(20)));
    await drawn(panel);
    assert.ok((await left(panel)) > before + 200);
    await panel.page.locator('.jump').click();
    await drawn(panel);
    assert.equal(await left(panel), 0);
    await panel.events(text(paragraphs(5)));
    await drawn(panel);
    assert.equal(await left(panel), 0);
    assert.equal(await panel.page.evaluate(() => document.activeElement?.id), 'input');
  });

  it('scrolling down to the end follows again', async () => {
    const panel = await opened();
    await panel.events(started, text(paragraphs(30)));
    await drawn(panel);
    await wheel(panel, -400);
    await panel.page.locator('.jump').waitFor();
    await wheel(panel, 4_000);
    await panel.page.locator('.jump').waitFor({ state: 'detached' });
    await panel.events(text(paragraphs(5)));
    await drawn(panel);
    assert.equal(await left(panel), 0);
  });

  it('what is being read stays in its place while the answer grows and ends', async () => {
    const panel = await opened();
    await panel.events(started, text(paragraphs(10)));
    await drawn(panel);
    await wheel(panel, -1_500);
    const words = await panel.page.evaluate(() => {
      const rows = [...document.querySelectorAll('.typed')];
      return rows.find((row) => row.getBoundingClientRect().top > 100)?.textContent?.slice(0, 14) ?? '';
    });
    const before = await top(panel, words);
    await panel.events(text(paragraphs(40)));
    await drawn(panel);
    assert.equal(await top(panel, words), before);
    const ended = answer(41, paragraphs(50));
    await panel.events({ type: 'turn.ended', ...live, entry: ended });
    await drawn(panel);
    assert.equal(await top(panel, words), before);
  });

  it('earlier turns are loaded above without moving what is being read', async () => {
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: turns(40, 200), hasEarlier: true }) }),
        loadEarlier: () => ({ entries: turns(60, 140), hasEarlier: false }),
      },
    });
    await panel.page.$eval('.transcript', (view) => {
      view.scrollTop = 0;
    });
    await panel.whenAsked('loadEarlier');
    await panel.page.waitForFunction(() => (document.querySelector('.transcript')?.scrollTop ?? 0) > 1_000);
    await drawn(panel);
    const place = await top(panel, 'Question 200:');
    assert.ok(place > 0 && place < 120, `the first turn is at ${place}`);
  });

  it('switching sessions comes back to where one was, and only what is near is in the page', async () => {
    const other = view({ session: session({ id: id(1, 9), title: 'Other' }), entries: turns(3) });
    const panel = await open({
      answers: {
        ready: () => ({ status: status(), view: view({ entries: turns(300) }) }),
        openSession: ({ sessionId: asked }) => (asked === sessionId ? view({ entries: turns(300) }) : other),
      },
    });
    await panel.page.$eval('.transcript', (view) => {
      view.scrollTop = view.scrollHeight / 2;
    });
    await drawn(panel);
    const words = await panel.page.evaluate(() => {
      const rows = [...document.querySelectorAll('.typed')];
      return rows.find((row) => row.getBoundingClientRect().top > 100)?.textContent?.slice(0, 14) ?? '';
    });
    const before = await top(panel, words);
    assert.ok((await panel.page.locator('[data-row]').count()) < 60);
    await panel.push({ type: 'view', view: other });
    await panel.page.getByText('Other').waitFor();
    assert.equal(await left(panel), 0);
    await panel.push({ type: 'view', view: view({ entries: turns(300) }) });
    await panel.page.getByText(words).first().waitFor();
    await drawn(panel);
    assert.equal(await top(panel, words), before);
  });
});
