/** Keeps the index of the workspace current: begins it with the core, and tells it which files change. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import type { IndexState, Log } from '../core/ports.ts';
import { indexingPausedKey } from './ids.ts';
import type { Settings } from './settings.ts';
import type { WindowCore } from './windowCore.ts';

/** Changes come in crowds, such as those of a checkout; so long they are collected, in ms. Nobody asks sooner after saving. */
const collectedMs = 50;

export class Indexing implements vscode.Disposable {
  readonly #core: WindowCore;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #lifetime = new DisposableStore();
  readonly #changes = this.#lifetime.add(new Emitter<IndexState>());
  /** What ends with the core that is open now. */
  #ofCore = new DisposableStore();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;

  constructor(core: WindowCore, settings: Settings, log: Log) {
    this.#core = core;
    this.#settings = settings;
    this.#log = log;
    const watcher = this.#lifetime.add(vscode.workspace.createFileSystemWatcher('**'));
    const tell = (uri: vscode.Uri) => this.#collect(uri);
    for (const subscription of [
      watcher.onDidChange(tell),
      watcher.onDidCreate(tell),
      watcher.onDidDelete(tell),
      // What the watcher is told to leave out can be edited all the same.
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#collect(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#begin()),
      settings.onDidChange('grounding', () => this.#begin()),
      // The index leaves the disk where sessions are encrypted, and comes back.
      settings.onDidChange('encryptSessions', () => this.#begin()),
      core.onDidOpen(() => this.#follow()),
    ])
      this.#lifetime.add(subscription);
    if (core.current) this.#follow();
  }

  readonly onDidChange = this.#changes.event;

  /** Undefined before anything was indexed. */
  get state(): IndexState | undefined {
    return this.#core.current?.index.state;
  }

  async pause(): Promise<void> {
    await this.#setPaused(true);
  }

  async resume(): Promise<void> {
    await this.#setPaused(false);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#ofCore.dispose();
    this.#lifetime.dispose();
  }

  async #setPaused(isPaused: boolean): Promise<void> {
    this.#isPaused = isPaused;
    await vscode.commands.executeCommand('setContext', indexingPausedKey, isPaused);
    const index = this.#core.current?.index;
    if (isPaused) await index?.pause();
    else {
      await index?.resume();
      this.#begin();
    }
  }

  /** A core that was opened just now has an index of its own. */
  #follow(): void {
    this.#ofCore.dispose();
    this.#ofCore = new DisposableStore();
    const index = this.#core.current?.index;
    if (!index) return;
    this.#ofCore.add(index.onDidChange((state) => this.#changes.fire(state)));
    if (this.#isPaused)
      index
        .pause()
        .catch((error: unknown) => this.#log.error('The index of the workspace was not paused.', error));
    this.#begin();
  }

  /** Only where the workspace is searched: who does not want that has no index made. */
  #begin(): void {
    const index = this.#core.current?.index;
    if (!index || this.#isPaused || this.#settings.get('grounding') !== 'workspace') return;
    index
      .follow()
      .catch((error: unknown) => this.#log.error('The index of the workspace was not begun.', error));
  }

  #collect({ scheme, fsPath }: vscode.Uri): void {
    if (scheme !== 'file') return;
    this.#changed.add(fsPath);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const paths = [...this.#changed];
      this.#changed.clear();
      this.#core.current?.index
        .changed(paths)
        .catch((error: unknown) => this.#log.error('The index was not told of changes.', error));
    }, collectedMs);
  }
}
