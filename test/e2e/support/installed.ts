/** The packaged extension in a real VS Code, with the fake API behind it and state folders of its own. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { copyOf } from '../../support/vscode/copyOf.ts';
import { repositoryRoot, sampleWorkspace } from '../../support/vscode/paths.ts';
import { startVsCode, type VsCode, type VsCodeOptions } from '../../support/vscode/vscode.ts';
import type { VsCodeWindow } from '../../support/vscode/window.ts';

export interface Installed {
  code: VsCode;
  fake: FakeAnthropic;
  /** The user's state folder of this run. */
  stateFolder: string;
  /** A fresh copy of the sample workspace, opened in a window with the panel shown. */
  open(options?: OpenOptions): Promise<OpenWindow>;
  close(): Promise<void>;
}

export interface OpenOptions {
  workspace?: string;
  prepare?: (page: Page) => Promise<void>;
}

export interface OpenWindow {
  window: VsCodeWindow;
  workspace: string;
  panel: PanelFrame;
}

const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
  version: string;
};
export const vsix = join(repositoryRoot, `causeway-${version}.vsix`);

/** Those that run now, for pictures of what a failing test saw. */
export const running = new Set<Installed>();

/** `key: false` leaves the API key out, so that answers come from the offline mode. */
export async function installed(options: VsCodeOptions & { key?: boolean } = {}): Promise<Installed> {
  assert.ok(existsSync(vsix), `${vsix} is missing: run npm run package`);
  const fake = await startFakeAnthropic();
  const stateFolder = await mkdtemp(join(tmpdir(), 'causeway-state-'));
  const code = await startVsCode({
    acceptDevelopment: false,
    ...options,
    // An address from the environment holds for a key from there alone.
    machineSettings: {
      ...(options.key === false ? { 'causeway.anthropic.baseUrl': fake.url } : {}),
      ...options.machineSettings,
    },
    env: {
      CAUSEWAY_STATE_DIR: stateFolder,
      ANTHROPIC_BASE_URL: fake.url,
      ...(options.key === false ? {} : { ANTHROPIC_API_KEY: fake.key }),
      ...options.env,
    },
  });
  await code.server.installExtension(vsix);
  const started: Installed = {
    code,
    fake,
    stateFolder,
    async open({ workspace, prepare } = {}) {
      const folder = workspace ?? (await copyOf(sampleWorkspace));
      const window = await code.open({ workspace: folder, extension: 'installed' }, prepare);
      return { window, workspace: folder, panel: await PanelFrame.of(window) };
    },
    async close() {
      running.delete(started);
      await code.close();
      await fake.close();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
  running.add(started);
  return started;
}

/** The panel as a user works in it. After a reload or a crash it is another document: take it anew. */
export class PanelFrame {
  readonly frame: Frame;

  private constructor(frame: Frame) {
    this.frame = frame;
  }

  static async of(window: VsCodeWindow): Promise<PanelFrame> {
    const frame = await window.panel();
    await frame.waitForSelector('#input');
    return new PanelFrame(frame);
  }

  get input() {
    return this.frame.locator('#input');
  }

  /** The newest answer. */
  get lastAnswer() {
    return this.frame.locator('.answer').last();
  }

  async send(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  async waitFor(text: string | RegExp): Promise<void> {
    await this.frame.getByText(text).first().waitFor();
  }
}
