import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { screenshotFolder } from '../support/vscode/paths.ts';
import { allStates, reach } from './support/states.ts';
import { panelSuite } from './support/suite.ts';
import { themeNames } from './support/themes.ts';

const widths = { narrow: 260, wide: 700 };
const folder = join(screenshotFolder, 'panel');

describe('each state of the panel has its picture', function () {
  this.timeout(60_000);
  const open = panelSuite();
  before(() => mkdir(folder, { recursive: true }));
  for (const state of allStates) {
    it(state.name, async () => {
      for (const theme of themeNames) {
        for (const [name, width] of Object.entries(widths)) {
          const panel = await open({ answers: state.answers, theme, width, height: 760 });
          await reach(panel, state);
          await panel.page.evaluate(() => document.fonts.ready);
          await panel.page.screenshot({ path: join(folder, `${state.name}.${theme}.${name}.png`) });
          await panel.page.context().close();
        }
      }
    });
  }
});
