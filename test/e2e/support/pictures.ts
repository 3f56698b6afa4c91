/** Loaded before the suites (`mocha --require`): keeps a picture of every window that a failing test leaves. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { screenshotFolder } from '../../support/vscode/paths.ts';
import { running } from './installed.ts';

export const mochaHooks: Mocha.RootHookObject = {
  async afterEach(this: Mocha.Context) {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    await mkdir(screenshotFolder, { recursive: true });
    const name = test.fullTitle().replace(/\W+/g, '-').slice(0, 100);
    const pages = [...running].flatMap(({ code }) => code.profile.pages());
    for (const [index, page] of pages.entries()) {
      await page.screenshot({ path: join(screenshotFolder, `failed-${name}-${index}.png`) });
    }
  },
};
