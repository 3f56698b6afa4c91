import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { answer, id, sessionId, status, turns, user, view } from './support/samples.ts';
import { allStates, reach } from './support/states.ts';
import { panelSuite } from './support/suite.ts';
import { flaky } from './support/texts.ts';
import { themeNames } from './support/themes.ts';

const live = { sessionId, turnId: id(4, 1) };
const started = { type: 'turn.started', ...live, provider: 'anthropic', model: 'claude-sonnet-5' } as const;

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
}

describe('the panel for everybody', function () {
  // Each test opens every state once.
  this.timeout(300_000);
  const open = panelSuite();
  let axe = '';
  before(async () => {
    axe = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  });

  it('axe finds nothing in any state, in any theme', async () => {
    const found: string[] = [];
    for (const state of allStates) {
      const panel = await open({ answers: state.answers, width: 320 });
      await reach(panel, state);
      await panel.page.evaluate(axe);
      for (const theme of themeNames) {
        await panel.setTheme(theme);
        const { violations } = await panel.page.evaluate(() => (Reflect.get(window, 'axe') as Axe).run());
        for (const { id: rule, nodes } of violations) {
          for (const node of nodes) {
            const where = `${state.name}, ${theme}: ${rule}`;
            found.push(`${where}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`);
          }
        }
      }
      await panel.page.context().close();
    }
    assert.deepEqual(found, []);
  });

  it('the transcript is a feed of articles with author, position and heading, and is not live', async () => {
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries: turns(2) }) }) },
    });
    const feed = panel.page.getByRole('feed', { name: 'Conversation' });
    const articles = feed.getByRole('article');
    assert.equal(await articles.count(), 4);
    assert.deepEqual(
      await articles.evaluateAll((all) =>
        all.map((item) => [
          item.ariaLabel,
          item.ariaPosInSet,
          item.ariaSetSize,
          item.querySelector('h2')?.textContent,
        ]),
      ),
      [
        ['You', '1', '4', 'Your input, turn 1'],
        ['Causeway', '2', '4', 'Answer, turn 1'],
        ['You', '3', '4', 'Your input, turn 2'],
        ['Causeway', '4', '4', 'Answer, turn 2'],
      ],
    );
    assert.equal(
      await feed.evaluate(
        (element) => element.closest('[aria-live]') === null && element.querySelector('[aria-live]') === null,
      ),
      true,
    );
    assert.match(await panel.page.locator('body').ariaSnapshot(), /textbox "Ask about this workspace"/);
  });

  it('an input of a program is an article named by that program', async () => {
    const entry = user(1, 'Summarise the failures.', { door: 'bridge', client: 'nightly' });
    const named = async (hasEarlier: boolean) => {
      const panel = await open({
        answers: { ready: () => ({ status: status(), view: view({ entries: [entry], hasEarlier }) }) },
      });
      const article = panel.page.getByRole('article', { name: 'nightly (script)' });
      return article.getByRole('heading').textContent();
    };
    assert.equal(await named(false), 'Input of nightly (script), turn 1');
    assert.match((await named(true)) ?? '', /^Input of nightly \(script\), \d\d:\d\d/);
  });

  it('there is one live region in every state, and it is polite', async () => {
    for (const state of allStates) {
      const panel = await open({ answers: state.answers });
      await reach(panel, state);
      const regions = await panel.page
        .locator('[aria-live], [role=alert], [role=status], [role=log], [role=timer], output')
        .evaluateAll((found) => found.map((region) => [region.ariaLive, region.textContent?.trim()]));
      assert.deepEqual(
        regions.map(([live]) => live),
        ['polite'],
        state.name,
      );
      if (state.name === 'refused') assert.match(regions[0]?.[1] ?? '', /^The disk is full/);
      if (state.name === 'find') assert.equal(regions[0]?.[1], '2 of 2');
      await panel.page.context().close();
    }
  });

  it('one polite region tells of events, never of words', async () => {
    const panel = await open();
    await panel.page.evaluate(() => {
      const said: string[] = [];
      Reflect.set(window, 'said', said);
      const region = document.querySelector('[aria-live="polite"]');
      if (region) {
        new MutationObserver(() => said.push(region.textContent ?? '')).observe(region, {
          childList: true,
          characterData: true,
          subtree: true,
        });
      }
    });
    const drawn = () =>
      panel.page.evaluate(
        () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
      );
    await panel.events({ type: 'entry.appended', sessionId, entry: user(1, 'Why?') }, started);
    await drawn();
    await panel.events({ type: 'turn.tool_call', ...live, block: 0, id: 't', name: 'read_file', input: {} });
    await drawn();
    for (const words of flaky.split(/(?<= )/).slice(0, 20)) {
      await panel.events({ type: 'turn.text', ...live, block: 1, text: words });
    }
    await drawn();
    await panel.events({ type: 'turn.ended', ...live, entry: answer(1, 'One two three.') });
    await drawn();
    assert.deepEqual(await panel.page.evaluate(() => Reflect.get(window, 'said') as string[]), [
      'Causeway is answering',
      'Using the tool read_file',
      'Done, 3 words',
    ]);
  });

  it('nothing is cut off at 240 pixels, which is what 480 pixels are at twice the size', async () => {
    for (const state of allStates) {
      const panel = await open({ answers: state.answers, width: 240, height: 400 });
      await reach(panel, state);
      const wide = await panel.page.evaluate(() =>
        ['.transcript', '.composer', '.banners', '.history', '.header', '.screen-head', '.screen-body']
          .flatMap((name) => [...document.querySelectorAll(name)])
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.className),
      );
      assert.deepEqual(wide, [], state.name);
      await panel.page.context().close();
    }
  });
});
