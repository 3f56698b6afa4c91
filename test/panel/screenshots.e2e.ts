import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { screenshotFolder } from '../support/vscode/paths.ts';
import { allStates, reach } from './support/states.ts';
import { panelSuite } from './support/suite.ts';
import { themeNames } from './support/themes.ts';

const widths = { narrow: 260, wide: 700 };
const height = 760;
const folder = join(screenshotFolder, 'panel');

describe('each state of the panel has its picture', function () {
  this.timeout(60_000);
  const open = panelSuite();
  before(() => mkdir(folder, { recursive: true }));
  for (const state of allStates) {
    it(state.name, async () => {
      // Opened once, and then another width and another theme: a page can be resized and its theme changed at any time.
      const panel = await open({ answers: state.answers, width: widths.narrow, height });
      await reach(panel, state);
      await panel.page.evaluate(() => document.fonts.ready);
      for (const [name, width] of Object.entries(widths)) {
        await panel.page.setViewportSize({ width, height });
        for (const theme of themeNames) {
          await panel.setTheme(theme);
          await panel.page.screenshot({ path: join(folder, `${state.name}.${theme}.${name}.png`) });
        }
      }
    });
  }
});
