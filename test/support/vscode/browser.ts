/** The browser that shows the workbench. */
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { ensureChromium } from './chromium.ts';

export interface ProfileOptions {
  /** `kept` (the default): secrets survive a reload, as with a working keyring. `failing`: the keyring fails. */
  keyring?: 'kept' | 'failing';
  /** Size of the window in pixels; 1280 × 800 where absent. */
  size?: { width: number; height: number };
  /** Physical pixels for each pixel, for sharper pictures; 1 where absent. */
  scale?: number;
  /** What an earlier profile's `storageState({ indexedDB: true })` gave: secrets, memento state. */
  storageState?: Awaited<ReturnType<BrowserContext['storageState']>>;
}

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Starts Chromium without a display. Throws `NoBrowser` where there is none to be had. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureChromium(),
    // Chromium refuses its own sandbox to root, who runs the tests in most containers.
    chromiumSandbox: process.getuid?.() !== 0 && process.platform !== 'linux',
    args: flags,
  });
}

/** A browser profile of its own: global state, workspace state and secrets live in it. */
export async function newProfile(browser: Browser, options: ProfileOptions = {}): Promise<BrowserContext> {
  const { storageState } = options;
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1280, height: 800 },
    deviceScaleFactor: options.scale ?? 1,
    ...(storageState ? { storageState } : {}),
  });
  // A window opens within seconds, and where two suites share two cores within some more; half a minute was too short.
  context.setDefaultTimeout(60_000);
  if (options.keyring !== 'failing') {
    // The key that secrets are encrypted with; left unanswered, they are forgotten at each reload.
    await context.route('**/mint-key', (route) => route.fulfill({ status: 200, body: Buffer.alloc(32, 7) }));
  }
  return context;
}
