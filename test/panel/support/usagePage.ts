/** The dashboard in a real browser, with this process in the place of the extension host. */
import type { Browser, Page } from 'playwright-core';
import {
  type HostToUsage,
  hostToUsage,
  type UsageOverview,
  type UsageRange,
  type UsageToHost,
  usageToHost,
} from '../../../src/protocol/usage.ts';
import { newProfile } from '../../support/vscode/browser.ts';
import { dress, dressOf } from './panelPage.ts';
import type { ThemeName } from './themes.ts';
import { overview } from './usageSamples.ts';

export interface UsageOptions {
  width?: number;
  height?: number;
  theme?: ThemeName;
  /** What a range is answered with. */
  answer?: (range: UsageRange) => UsageOverview | undefined;
}

const ground = 'editor-background';

export class UsageDouble {
  readonly page: Page;
  readonly asked: UsageToHost[] = [];
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
  }

  /** Also checks that the host may say it. */
  async tell(message: HostToUsage): Promise<void> {
    await this.page.evaluate((data) => window.postMessage(data, '*'), hostToUsage.parse(message));
  }

  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(dress, dressOf(theme, ground));
    await this.drawn();
  }

  async drawn(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }
}

export async function openUsage(
  browser: Browser,
  origin: string,
  options: UsageOptions = {},
): Promise<UsageDouble> {
  const size = { width: options.width ?? 1100, height: options.height ?? 900 };
  const context = await newProfile(browser, { size });
  const page = await context.newPage();
  const double = new UsageDouble(page);
  page.on('pageerror', (error) => double.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') double.errors.push(message.text());
  });
  const answer = options.answer ?? overview;
  await page.exposeFunction('toHost', async (raw: unknown) => {
    const message = usageToHost.parse(raw);
    double.asked.push(message);
    if (message.type !== 'open') return;
    const told = answer(message.range);
    if (told) await double.tell({ type: 'overview', overview: told });
  });
  await page.addInitScript(() => {
    let state: unknown;
    const toHost: unknown = Reflect.get(window, 'toHost');
    const api = {
      postMessage: (message: unknown) => (typeof toHost === 'function' ? void toHost(message) : undefined),
      getState: () => state,
      setState: (next: unknown) => {
        state = next;
      },
    };
    Reflect.set(window, 'acquireVsCodeApi', () => api);
  });
  const dressed = JSON.stringify(dressOf(options.theme ?? 'dark', ground));
  await page.addInitScript(`document.addEventListener('DOMContentLoaded', () => (${dress})(${dressed}));`);
  await page.goto(`${origin}/usage`);
  await page.waitForSelector('h1');
  return double;
}
