/** The entry in the status bar: what answers here, and whether the bridge is on. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { IndexState } from '../core/ports.ts';
import type { BridgeControl } from './bridgeControl.ts';
import type { CommandId } from './ids.ts';
import type { Indexing } from './indexing.ts';
import type { LiveTurns } from './liveTurns.ts';

const showUsage = 'causeway.showUsage' satisfies CommandId;

export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #bridge: BridgeControl;
  readonly #lifetime = new DisposableStore();
  readonly #live: LiveTurns;
  readonly #indexing: Indexing;

  /** The item itself belongs to whoever made it. */
  constructor(
    item: vscode.StatusBarItem,
    { live, bridge, indexing }: { live: LiveTurns; bridge: BridgeControl; indexing: Indexing },
  ) {
    this.#item = item;
    this.#bridge = bridge;
    this.#live = live;
    this.#indexing = indexing;
    this.#lifetime.add(bridge.onDidChange(() => this.#draw()));
    this.#lifetime.add(live.onDidChange(() => this.#draw()));
    this.#lifetime.add(indexing.onDidChange(() => this.#draw()));
    this.#draw();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #draw(): void {
    const { state } = this.#bridge;
    const icon = this.#live.any ? '$(loading~spin)' : '$(comment-discussion)';
    const index = this.#indexing.state;
    const progress = index?.phase === 'reading' ? ` ${percent(index)}` : '';
    this.#item.text = `${icon} Causeway${state ? ` :${state.port}` : ''}${progress}`;
    const { t } = vscode.l10n;
    const lines = [
      this.#live.any ? t('Causeway is answering.') : t('Open Causeway'),
      state
        ? t('The bridge listens on {0}, port {1}.', state.addresses.join(', '), state.port)
        : t('The bridge is off.'),
    ];
    if (index) lines.push(indexLine(index));
    if (index && index.asText > 0)
      lines.push(t('{0} of them could not be parsed, and are searched as text.', index.asText));
    if (state?.problem) lines.push(state.problem.message);
    const tooltip = new vscode.MarkdownString().appendText(lines.join('\n'));
    tooltip.appendMarkdown(`\n\n[${t('Show Usage')}](command:${showUsage})`);
    // Nothing but this link can be followed.
    tooltip.isTrusted = { enabledCommands: [showUsage] };
    this.#item.tooltip = tooltip;
  }
}

const percent = ({ seen, found }: IndexState): string =>
  `$(search) ${found === 0 ? 0 : Math.floor((100 * seen) / found)}%`;

function indexLine(index: IndexState): string {
  const { t } = vscode.l10n;
  switch (index.phase) {
    case 'reading':
      return t('The workspace is being indexed: {0} of {1} files.', index.seen, index.found);
    case 'paused':
      return t('Indexing is paused. {0} files can be found.', index.files);
    case 'ready':
      return t('The index has {0} files of the workspace.', index.files);
    default:
      return index.phase satisfies never;
  }
}
