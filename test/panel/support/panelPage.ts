/** The panel in a real browser, with this process in the place of the extension host at the other end of its wire. */
import type { Browser, Page } from 'playwright-core';
import {
  type HostMessage,
  type PanelMethod,
  type PanelParams,
  type PanelResult,
  panelRequests,
  panelToHost,
} from '../../../src/protocol/panel.ts';
import { newProfile } from '../../support/vscode/browser.ts';
import { contextNext, frameWords, memory } from './contextSamples.ts';
import { status, view } from './samples.ts';
import { bodyClasses, type ThemeName, themes } from './themes.ts';

export type Answers = {
  [M in PanelMethod]?: (params: PanelParams<M>) => PanelResult<M> | Promise<PanelResult<M>>;
};
export interface Asked {
  method: string;
  params: unknown;
}

export interface PanelOptions {
  answers?: Answers;
  theme?: ThemeName;
  width?: number;
  height?: number;
  scale?: number;
}

export class PanelPage {
  readonly page: Page;
  /** What the panel asked, in order. */
  readonly asked: Asked[] = [];
  /** Addresses the page asked for outside its own origin, errors of the page, refusals of its policy. */
  readonly foreign: string[] = [];
  readonly errors: string[] = [];
  readonly #answers: Answers;
  readonly #waiting = new Set<() => void>();

  constructor(page: Page, answers: Answers) {
    this.page = page;
    this.#answers = answers;
  }

  /** Takes a message of the panel and answers it as the host would. */
  async take(raw: unknown): Promise<void> {
    const { id, method, params } = panelToHost.parse(raw);
    const answering = this.#answer(method, params);
    this.asked.push({ method, params });
    for (const look of this.#waiting) look();
    const answer = await answering;
    const message =
      answer instanceof Refusal
        ? { type: 'rejected', id, error: answer.info }
        : { type: 'resolved', id, result: answer };
    await this.post(message);
  }

  async #answer(method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method)) throw new Error(`The panel asked ${method}, which is not in the contract.`);
    const parsed = panelRequests[method].params.parse(params);
    const answer = this.#answers[method] ?? usual[method];
    return (await (answer as ((params: unknown) => unknown) | undefined)?.(parsed)) ?? null;
  }

  async post(message: unknown): Promise<void> {
    if (this.page.isClosed()) return;
    await this.page.evaluate((data) => window.postMessage(data, '*'), message);
  }

  /** Shows the page in another theme, as VS Code does when the user chooses one. */
  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(dress, dressOf(theme));
    await this.drawn();
  }

  /** Resolves once all that was changed is drawn. */
  async drawn(): Promise<void> {
    await this.page.evaluate(
      () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
    );
  }

  push(message: HostMessage): Promise<void> {
    return this.post(message);
  }

  events(...events: Extract<HostMessage, { type: 'event' }>['event'][]): Promise<void> {
    return this.page.evaluate((all) => {
      for (const event of all) window.postMessage({ type: 'event', event }, '*');
    }, events as unknown[]);
  }

  /** Resolves once the panel has asked this, with what it asked; looks at what was asked before too. */
  async whenAsked<M extends PanelMethod>(
    method: M,
    fits: (params: PanelParams<M>) => boolean = () => true,
  ): Promise<PanelParams<M>> {
    for (;;) {
      const found = this.asked.find((one) => one.method === method && fits(one.params as PanelParams<M>));
      if (found) return found.params as PanelParams<M>;
      await new Promise<void>((resolve) => {
        const look = () => {
          this.#waiting.delete(look);
          resolve();
        };
        this.#waiting.add(look);
      });
    }
  }
}

/** Given as an answer, it makes the host refuse. */
export class Refusal extends Error {
  readonly info: { code: string; message: string; action: string };
  constructor(info: { code: string; message: string; action: string }) {
    super(info.message);
    this.info = info;
  }
}

const isMethod = (method: string): method is PanelMethod => Object.hasOwn(panelRequests, method);

const usual: Answers = {
  ready: () => ({ status: status(), view: view() }),
  listSessions: () => ({ sessions: [view().session], hits: [] }),
  branches: () => ({ forks: [] }),
  preview: () => ({ chips: [], tokens: 12_400, window: 200_000, masked: 0, secrets: 0 }),
  loadEarlier: () => ({ entries: [], hasEarlier: false }),
  find: () => ({ entryIds: [] }),
  send: () => ({ turnId: '00000000-0000-4000-8000-00000000ffff', state: 'live' }),
  retry: () => ({ turnId: '00000000-0000-4000-8000-00000000fffe' }),
  withdraw: () => ({ withdrawn: true }),
  pickContext: () => ({ attachments: [] }),
  addOpenFile: () => ({ attachments: [] }),
  openCitation: () => ({ found: true }),
  context: () => contextNext(),
  contextText: ({ segment }) => ({ text: `The text of segment ${segment}.` }),
  memory: () => memory(),
  frameWords: () => frameWords,
  memoryChange: () => ({ done: true }),
};

export const dressOf = (theme: ThemeName, ground = 'sideBar-background') => ({
  variables: themes[theme],
  classes: bodyClasses[theme],
  ground,
});

/** Runs in the page. */
export function dress({ variables, classes, ground }: ReturnType<typeof dressOf>): void {
  const { style } = document.documentElement;
  style.cssText = '';
  for (const [name, value] of Object.entries(variables)) style.setProperty(`--vscode-${name}`, value);
  style.background = variables[ground] ?? '';
  document.body.className = classes;
}

export async function openPanel(
  browser: Browser,
  origin: string,
  options: PanelOptions = {},
): Promise<PanelPage> {
  const size = { width: options.width ?? 400, height: options.height ?? 700 };
  const context = await newProfile(browser, { size, ...(options.scale ? { scale: options.scale } : {}) });
  const page = await context.newPage();
  const panel = new PanelPage(page, options.answers ?? {});
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) panel.foreign.push(url);
  });
  page.on('pageerror', (error) => panel.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') panel.errors.push(message.text());
  });
  await page.exposeFunction('toHost', (message: unknown) => {
    panel.take(message).catch((error: unknown) => panel.errors.push(String(error)));
  });
  await page.addInitScript(() => {
    let state: unknown;
    const toHost: unknown = Reflect.get(window, 'toHost');
    const post = (message: unknown) => {
      if (typeof toHost === 'function') toHost(message);
    };
    const api = {
      postMessage: post,
      getState: () => state,
      setState: (next: unknown) => {
        state = next;
      },
    };
    Reflect.set(window, 'acquireVsCodeApi', () => api);
  });
  await page.addInitScript(
    `document.addEventListener('DOMContentLoaded', () => (${dress})(${JSON.stringify(dressOf(options.theme ?? 'dark'))}));`,
  );
  await page.goto(`${origin}/`);
  await page.waitForSelector('#input, .banner.problem');
  return panel;
}
