import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser, newProfile } from '../support/vscode/browser.ts';
import { repositoryRoot } from '../support/vscode/paths.ts';
import { killAndWait, processesNaming, signal } from '../support/vscode/processes.ts';
import { until } from '../support/vscode/until.ts';

type Command = readonly [string, ...string[]];
/** A shell lies between npm and the script, and on some systems it ends by Ctrl+C itself: it has no code then. */
const npmStart: Command = ['npm', '--prefix', repositoryRoot, 'start', '--'];
const script: Command = [process.execPath, join(repositoryRoot, 'test', 'start.mjs')];

/** A start as a terminal runs it: a process group of its own that Ctrl+C reaches as one. */
class Start {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor(
    [program, ...first]: Command,
    args: readonly string[],
    cwd: string,
    env: NodeJS.ProcessEnv = {},
  ) {
    this.#child = spawn(program, [...first, ...args], {
      cwd,
      env: { ...process.env, INIT_CWD: cwd, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** The address it prints as its last line, once it does. */
  async address(): Promise<URL> {
    const line = /(http:\/\/127\.0\.0\.1:\d+\/\S+)\s*$/;
    const found = until('an address', () => line.exec(this.output)?.[1], 90_000);
    const early = this.ended.then((code) => {
      throw new Error(`npm start ended with ${code}:\n${this.output}`);
    });
    return new URL(await Promise.race([found, early]));
  }

  pressControlC(): void {
    if (this.#child.pid !== undefined) signal(-this.#child.pid, 'SIGINT');
  }
}

describe('npm start', () => {
  let home: string;
  let folder: string;
  let data: string;
  let browser: Browser;
  let start: Start;
  let address: URL;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'causeway-start-'));
    folder = join(home, 'my files & notes');
    data = join(home, 'data');
    await mkdir(folder);
    await writeFile(join(folder, 'hello.txt'), 'Hello.\n');
    browser = await launchBrowser();
    start = new Start(script, ['my files & notes', '--data', 'data', '--no-open'], home);
    address = await start.address();
  });

  after(async () => {
    start.pressControlC();
    await start.ended;
    await browser.close();
    await rm(home, { recursive: true, force: true });
  });

  it('prints the address of a workbench that asks for trust in the folder, and then shows the panel', async () => {
    const page = await (await newProfile(browser)).newPage();
    await page.goto(address.href);
    const question = page.locator('.monaco-dialog-box');
    await question.getByText('Do you trust the authors').first().waitFor();
    await question.getByText(folder).waitFor();
    await question.getByRole('button', { name: 'Yes, I trust the authors' }).click();
    await page.locator('.sidebar .composite.title', { hasText: 'Causeway' }).waitFor();
    await page.locator('iframe.webview').waitFor();
    await page.close();
  });

  it('lets in nobody without the token', async () => {
    const file = encodeURIComponent(join(folder, 'hello.txt'));
    const strangers = ['/', '/?tkn=wrong', `/vscode-remote-resource?path=${file}`];
    for (const path of strangers) assert.equal((await fetch(address.origin + path)).status, 403, path);
    const key = await fetch(`${address.origin}/mint-key`, { method: 'POST' });
    assert.equal(key.status, 403);
    assert.equal((await key.arrayBuffer()).byteLength, 0);
  });

  it('gives the workbench the same key for its secrets each time', async () => {
    const cookie = `vscode-tkn=${address.searchParams.get('tkn')}`;
    const key = async () => {
      const answer = await fetch(`${address.origin}/mint-key`, { method: 'POST', headers: { cookie } });
      return Buffer.from(await answer.arrayBuffer()).toString('hex');
    };
    assert.match(await key(), /^[0-9a-f]{64}$/);
    assert.equal(await key(), await key());
  });

  it('runs without the flags that open a server to tests, and shows its token in no command line', async () => {
    const servers = await processesNaming(`--server-data-dir ${data}`);
    assert.equal(servers.length, 1);
    const open =
      /--(?:enable-smoke-test-driver|without-connection-token|disable-workspace-trust|extensionDevelopmentPath)/;
    assert.doesNotMatch(servers[0]?.command ?? '', open);
    assert.deepEqual(await processesNaming(address.searchParams.get('tkn') ?? 'no token'), []);
  });

  it('ends with 0 at Ctrl+C and leaves no process', async () => {
    start.pressControlC();
    assert.equal(await start.ended, 0, start.output);
    assert.deepEqual(await processesNaming(data), []);
  });

  it('opens the same folder with another token the next time, and says when its server has died', async () => {
    start = new Start(npmStart, ['my files & notes', '--data', data, '--no-open'], home);
    const again = await start.address();
    assert.equal(again.searchParams.get('folder'), address.searchParams.get('folder'));
    assert.notEqual(again.searchParams.get('tkn'), address.searchParams.get('tkn'));
    const [server] = await processesNaming(`--server-data-dir ${data}`);
    assert.ok(server);
    await killAndWait(server.pid);
    assert.notEqual(await start.ended, 0);
    assert.match(start.output, /The VS Code server ended by itself[\s\S]*Extension host agent listening/);
    assert.deepEqual(await processesNaming(data), []);
  });

  it('with --desktop installs the package into the VS Code on the PATH and opens the folder', async () => {
    const programs = join(home, 'programs');
    const calls = join(home, 'calls.txt');
    await mkdir(programs);
    await writeFile(join(programs, 'code'), '#!/bin/sh\necho "$@" >> "$CALLS"\n');
    await chmod(join(programs, 'code'), 0o755);
    const PATH = `${programs}${delimiter}${process.env.PATH}`;
    const desktop = new Start(npmStart, ['--desktop', 'my files & notes'], home, { PATH, CALLS: calls });
    assert.equal(await desktop.ended, 0, desktop.output);
    const [install, open] = (await readFile(calls, 'utf8')).trim().split('\n');
    assert.match(install ?? '', /^--install-extension \S+\.vsix --force$/);
    assert.equal(open, folder);
  });
});
