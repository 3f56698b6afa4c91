/**
 * A real VS Code for tests: server, browser and one profile in one handle.
 *
 *     const code = await startVsCode();                       // installs on demand, fresh data, free port
 *     const window = await code.open({ workspace: await copyOf(sampleWorkspace) });
 *     const panel = await window.panel();                     // Frame of the panel's document
 *     await panel.getByRole('textbox').fill('What is this?');
 *     await window.command('Causeway: New Session');          // palette
 *     await window.screenshot('first-answer');                // out/screenshots/first-answer.png
 *     await code.server.killExtensionHosts();                 // a crash
 *     await code.close();
 *
 * `open` loads the extension from this repository (`npm run build` first); with
 * `extension: 'installed'` after `code.server.installExtension(vsix)` it is the packaged one, and only
 * that one is restarted by VS Code after a crash of its host.
 * A server is started with `workspaceTrust`, `connectionToken`, `userSettings`, `machineSettings` (scope
 * `machine` works only there), `env` (inherited by extension hosts and workers) or `version: floor`;
 * a profile with `keyring: 'failing'`, `size` or `scale`.
 * In the browser live global state, workspace state and secrets; on disk (`code.server.dataFolder`)
 * lives everything else. `code.newProfile()` gives a second, empty browser profile on the same server.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { WindowOptions } from './address.ts';
import { launchBrowser, newProfile, type ProfileOptions } from './browser.ts';
import { type ServerOptions, VsCodeServer } from './server.ts';
import { VsCodeWindow } from './window.ts';

export type VsCodeOptions = ServerOptions & ProfileOptions;

export interface VsCode {
  readonly server: VsCodeServer;
  readonly browser: Browser;
  /** The browser profile in which `open` opens windows. */
  readonly profile: BrowserContext;
  /** Opens a window; `prepare` may listen to the page before it is loaded. */
  open(options?: WindowOptions, prepare?: (page: Page) => Promise<void>): Promise<VsCodeWindow>;
  /** Another browser profile on the same server, for `VsCodeWindow.open(profile, code.server, …)`. */
  newProfile(options?: ProfileOptions): Promise<BrowserContext>;
  /** Closes the browser, ends the server and removes what it stored. */
  close(): Promise<void>;
}

/** Starts a VS Code server and a browser for it. Throws `NoBrowser` where no browser can be had. */
export async function startVsCode(options: VsCodeOptions = {}): Promise<VsCode> {
  const browser = await launchBrowser();
  try {
    const server = await VsCodeServer.start(options);
    const profile = await newProfile(browser, options);
    return {
      server,
      browser,
      profile,
      open: (window, prepare) => VsCodeWindow.open(profile, server, window, prepare),
      newProfile: (other) => newProfile(browser, other),
      close: async () => {
        await browser.close();
        await server.stop();
      },
    };
  } catch (cause) {
    await browser.close();
    throw cause;
  }
}
