import assert from 'node:assert/strict';
import { allowedInAnswer, hostile } from './support/hostile.ts';
import { answer, status, turns, user, view } from './support/samples.ts';
import { panelSuite } from './support/suite.ts';

describe('an answer cannot send anything anywhere (threat 28)', function () {
  this.timeout(60_000);
  const open = panelSuite();
  const entries = hostile.flatMap((text, index) => [user(index + 1, 'Go on'), answer(index + 1, text)]);

  it('hostile Markdown makes no request, runs nothing and stays within the subset', async () => {
    // So high that every row is in the page at once.
    const panel = await open({
      answers: { ready: () => ({ status: status(), view: view({ entries }) }) },
      height: 30_000,
    });
    await panel.page.waitForFunction(
      (count) => document.querySelectorAll('.answer').length === count,
      hostile.length,
    );
    const seen = await panel.page.evaluate(() => {
      const all = [...document.querySelectorAll('.markdown, .markdown *')];
      return {
        tags: [...new Set(all.map(({ tagName }) => tagName))],
        attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
        links: [...document.querySelectorAll('.markdown a')].map((a) => a.getAttribute('href') ?? ''),
        pictures: [...document.querySelectorAll('.markdown img')].map(
          (image) => image.getAttribute('src') ?? '',
        ),
        rows: document.querySelectorAll('[data-row]').length,
        roots: document.querySelectorAll('#root, #input').length,
      };
    });
    assert.deepEqual(
      seen.tags.filter((tag) => !allowedInAnswer.has(tag)),
      [],
    );
    assert.deepEqual(
      seen.attributes.filter((name) => name.startsWith('on') || name === 'style' || name === 'srcset'),
      [],
    );
    assert.deepEqual(
      seen.links.filter((url) => !/^https?:\/\/[^@]*$/.test(url)),
      [],
    );
    assert.deepEqual(
      seen.pictures.filter((url) => !/^data:image\/(png|jpeg|gif|webp);/.test(url)),
      [],
    );
    assert.equal(seen.rows, hostile.length * 2);
    assert.equal(seen.roots, 2);
    assert.deepEqual(panel.foreign, []);
    assert.deepEqual(panel.errors, []);
  });

  it('a click on a link asks the host and goes nowhere', async () => {
    const panel = await open({
      answers: {
        ready: () => ({
          status: status(),
          view: view({ entries: [...turns(1), user(2, 'And?'), answer(2, '[docs](https://example.com/a)')] }),
        }),
      },
    });
    await panel.page.getByText('docs').click();
    assert.deepEqual(await panel.whenAsked('openLink'), { url: 'https://example.com/a' });
    await panel.page.getByText('docs').click({ modifiers: ['Control'] });
    await panel.page.getByText('docs').click({ button: 'middle' });
    assert.equal(panel.page.context().pages().length, 1);
    assert.match(panel.page.url(), /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.deepEqual(panel.foreign, []);
  });
});
