/** What every suite of the panel begins with: the page built from the sources, served, in a browser. */
import type { Browser, Page } from 'playwright-core';
import { buildPanel } from '../../../media/build.mjs';
import { launchBrowser } from '../../support/vscode/browser.ts';
import { panelFolder, servePanel } from './pageServer.ts';
import { openPanel, type PanelOptions, type PanelPage } from './panelPage.ts';

let built: Promise<unknown> | undefined;

/** Returns a function that opens the panel; pages are closed after each test, the browser after the suite. */
export const panelSuite = (): ((options?: PanelOptions) => Promise<PanelPage>) => pageSuite(openPanel);

/** The same for any page. */
export function pageSuite<O extends object, P extends { page: Page }>(
  openPage: (browser: Browser, origin: string, options: O | Record<string, never>) => Promise<P>,
): (options?: O) => Promise<P> {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof servePanel>>;
  let open: P[] = [];
  before(async function () {
    this.timeout(120_000);
    built ??= buildPanel({ outdir: panelFolder });
    await built;
    server = await servePanel();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  afterEach(async () => {
    await Promise.all(open.map(({ page }) => page.context().close()));
    open = [];
  });
  return async (options) => {
    const opened = await openPage(browser, server.origin, options ?? {});
    open.push(opened);
    return opened;
  };
}
