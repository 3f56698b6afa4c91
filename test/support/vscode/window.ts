/** One open window of VS Code, and how a user works in it. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { type WindowOptions, windowAddress } from './address.ts';
import { screenshotFolder } from './paths.ts';
import type { VsCodeServer } from './server.ts';
import { type ThemeName, themes } from './settings.ts';
import { until } from './until.ts';

/** How long a window may take until it can be used; a busy machine is slow. */
const startTimeoutMs = 60_000;

export class VsCodeWindow {
  /** Playwright's page: `page.keyboard` reaches the webview too. */
  readonly page: Page;
  readonly #server: VsCodeServer;

  private constructor(page: Page, server: VsCodeServer) {
    this.page = page;
    this.#server = server;
  }

  /** Opens a window and returns when its workbench is drawn; extensions start after that. */
  static async open(
    profile: BrowserContext,
    server: VsCodeServer,
    options: WindowOptions = {},
    prepare: (page: Page) => Promise<void> = async () => undefined,
  ): Promise<VsCodeWindow> {
    const page = await profile.newPage();
    await prepare(page);
    await page.goto(windowAddress(server, options), { timeout: startTimeoutMs });
    const opened = new VsCodeWindow(page, server);
    await opened.ready();
    return opened;
  }

  /** Resolves once the workbench is drawn, as after `page.reload()`. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: startTimeoutMs });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  /** Shows a view container by the title of its icon in the activity bar; one that shows stays. */
  async showView(title = 'Causeway'): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${title}"])`).first();
    await icon.waitFor({ timeout: startTimeoutMs });
    const shown = this.page.locator('.part.sidebar .composite.title', { hasText: title });
    // A window that is being drawn anew shows its view by itself, and a click at that moment hides it again.
    await until(
      `the view ${title}`,
      async () => {
        if (await shown.isVisible()) return true;
        await icon.locator('a').click();
        return shown.waitFor({ timeout: 2_000 }).then(
          () => true,
          () => false,
        );
      },
      startTimeoutMs,
    );
    // The pointer on the activity bar would leave a hover in every picture.
    await this.page.mouse.move(640, 300);
  }

  /**
   * The document of the first webview that shows: the panel, once `showView` was called.
   * After a reload or a crash of the extension host it is another document: ask again.
   */
  async webview(timeout = startTimeoutMs): Promise<Frame> {
    const outer = await this.page.waitForSelector('iframe.webview', { timeout });
    const outerFrame = await outer.contentFrame();
    const inner = await outerFrame?.waitForSelector('iframe#active-frame', { timeout: startTimeoutMs });
    const frame = await inner?.contentFrame();
    if (!frame) throw new Error('The webview was closed while it was looked for.');
    return frame;
  }

  /** Shows the panel and returns its document. */
  async panel(): Promise<Frame> {
    for (let tries = 0; tries < 4; tries++) {
      await this.showView();
      // Hidden again while the window was drawn: shown once more.
      const frame = await this.webview(startTimeoutMs / 4).catch(() => undefined);
      if (frame) return frame;
    }
    return this.webview();
  }

  /** Runs a command from the palette by its full title, such as `Causeway: New Session`. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInputBox.fill(`>${title}`);
    const rows = this.page.locator('.quick-input-list .monaco-list-row');
    await rows
      .and(this.page.locator(`[aria-label^="${title}"]`))
      .first()
      .waitFor();
    // The command used last stands first, also when its title is only alike.
    await until(`${title} in the palette`, async () => {
      const label = await this.page
        .locator('.quick-input-list .monaco-list-row.focused')
        .getAttribute('aria-label');
      if (label?.startsWith(title)) return true;
      await this.page.keyboard.press('ArrowDown');
      return false;
    });
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the workspace by a name that only it has. */
  async openFile(name: string): Promise<void> {
    await this.quickInput('Control+P', name, name);
    await this.page.locator(`.editor-group-container.active .tab.active[aria-label^="${name}"]`).waitFor();
  }

  /** Opens a quick input with a key, types, waits for the row with `row` in it, and takes it. */
  async quickInput(key: string, text: string, row: string): Promise<void> {
    await this.page.keyboard.press(key);
    await this.quickInputBox.fill(text);
    const focused = this.page.locator('.quick-input-list .monaco-list-row.focused');
    await focused.filter({ hasText: row }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /**
   * Takes a path in VS Code's own dialog of that title. `row` stands in its list once the path was read. The dialog
   * writes the folder it begins in when it has read it, over what was typed before that, so it is typed until it stays.
   */
  async choosePath(title: string, path: string, row: string, accept: string): Promise<void> {
    const dialog = this.page.locator('.quick-input-title', { hasText: title });
    await dialog.waitFor();
    const within = (waiting: Promise<void>) =>
      waiting.then(
        () => true,
        () => false,
      );
    const listed = this.page.locator('.quick-input-list .monaco-list-row', { hasText: row });
    await until(
      `${path} in the dialog`,
      async () => {
        if (await dialog.isHidden()) return true;
        await this.quickInputBox.fill(path);
        if (!(await within(listed.first().waitFor({ timeout: 2_000 })))) return false;
        if ((await this.quickInputBox.inputValue()) !== path) return false;
        await this.page.locator('.quick-input-action').getByRole('button', { name: accept }).click();
        return within(dialog.waitFor({ state: 'hidden', timeout: 5_000 }));
      },
      startTimeoutMs,
    );
  }

  /** The field of the palette, and of whatever a command asks the user. */
  get quickInputBox(): Locator {
    return this.page.locator('.quick-input-widget input.input');
  }

  /** Selects whole lines of the active editor, counted from 1. */
  async selectLines(first: number, last: number): Promise<void> {
    await this.quickInput('Control+G', `:${first}`, String(first));
    await this.quickInputBox.waitFor({ state: 'hidden' });
    await this.page.keyboard.press('Home');
    for (let line = first; line < last; line++) await this.page.keyboard.press('Shift+ArrowDown');
    await this.page.keyboard.press('Shift+End');
  }

  /** The visible text of the active editor, with ordinary spaces. */
  async editorText(): Promise<string> {
    return plainText(this.page.locator('.editor-group-container.active .editor-instance .view-lines').last());
  }

  /** The visible text of both sides of the open diff. */
  async diff(): Promise<{ original: string; modified: string }> {
    const side = (name: string) =>
      this.page.locator(`.monaco-diff-editor .editor.${name} .view-lines`).last();
    await side('modified').locator('.view-line').first().waitFor();
    return { original: await plainText(side('original')), modified: await plainText(side('modified')) };
  }

  /**
   * Takes an entry of the lightbulb's menu at the cursor, by its title. The menu shows what is known when it opens,
   * so it is opened again until the language server has answered.
   */
  async codeAction(title: string): Promise<void> {
    const row = this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
    await until(
      `${title} in the lightbulb's menu`,
      async () => {
        await this.page.keyboard.press('Control+.');
        const found = await row.waitFor({ timeout: 3_000 }).then(
          () => true,
          () => false,
        );
        // Without an open menu, Escape would give up the selection.
        const isOpen = await this.page.locator('.action-widget').first().isVisible();
        if (!found && isOpen) await this.page.keyboard.press('Escape');
        return found;
      },
      startTimeoutMs,
    );
    await row.click();
  }

  /**
   * Waits for a notification with this text and returns it, to press its buttons. A server that accepts an
   * extension under development shows no toasts, so where none shows, the list of notifications is opened.
   */
  async notification(text: string | RegExp): Promise<Locator> {
    const toast = this.page.locator('.notifications-toasts .notification-list-item', { hasText: text });
    const listed = this.page.locator('.notifications-center .notification-list-item', { hasText: text });
    const bell = this.page.locator('.statusbar-item[id="status.notifications"] .codicon-bell-dot');
    await bell.or(toast).first().waitFor();
    if (await toast.isVisible()) return toast;
    await bell.click();
    await listed.waitFor();
    return listed;
  }

  /** An entry of the status bar with this text in it. */
  statusItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** Changes the theme of this server's windows and waits until this one shows it. Replaces machine settings. */
  async setTheme(
    name: ThemeName,
    otherMachineSettings: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { label, className } = themes[name];
    await this.#server.setMachineSettings({ ...otherMachineSettings, 'workbench.colorTheme': label });
    await this.page.locator(`.monaco-workbench.${className}`).waitFor();
  }

  /** Keeps a picture of the window as `out/screenshots/<name>.png` and returns its path. */
  async screenshot(name: string): Promise<string> {
    await mkdir(screenshotFolder, { recursive: true });
    const path = join(screenshotFolder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}

/** The lines an editor shows, top to bottom, which is not the order they have in the document. */
async function plainText(lines: Locator): Promise<string> {
  const rows = await lines
    .locator('.view-line')
    .evaluateAll((nodes) =>
      nodes.map((node) => ({ top: Number.parseFloat(node.style.top), text: node.textContent ?? '' })),
    );
  return rows
    .sort((a, b) => a.top - b.top)
    .map((row) => row.text.replaceAll('\u00a0', ' '))
    .join('\n');
}
