/** The entry in the status bar: what answers here, and whether the bridge is on. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { BridgeControl } from './bridgeControl.ts';
import type { CommandId } from './ids.ts';
import type { LiveTurns } from './liveTurns.ts';

const showUsage = 'causeway.showUsage' satisfies CommandId;

export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #bridge: BridgeControl;
  readonly #lifetime = new DisposableStore();
  readonly #live: LiveTurns;

  /** The item itself belongs to whoever made it. */
  constructor(item: vscode.StatusBarItem, { live, bridge }: { live: LiveTurns; bridge: BridgeControl }) {
    this.#item = item;
    this.#bridge = bridge;
    this.#live = live;
    this.#lifetime.add(bridge.onDidChange(() => this.#draw()));
    this.#lifetime.add(live.onDidChange(() => this.#draw()));
    this.#draw();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #draw(): void {
    const { state } = this.#bridge;
    const icon = this.#live.any ? '$(loading~spin)' : '$(comment-discussion)';
    this.#item.text = state ? `${icon} Causeway :${state.port}` : `${icon} Causeway`;
    const { t } = vscode.l10n;
    const lines = [
      this.#live.any ? t('Causeway is answering.') : t('Open Causeway'),
      state
        ? t('The bridge listens on {0}, port {1}.', state.addresses.join(', '), state.port)
        : t('The bridge is off.'),
    ];
    if (state?.problem) lines.push(state.problem.message);
    const tooltip = new vscode.MarkdownString().appendText(lines.join('\n'));
    tooltip.appendMarkdown(`\n\n[${t('Show Usage')}](command:${showUsage})`);
    // Nothing but this link can be followed.
    tooltip.isTrusted = { enabledCommands: [showUsage] };
    this.#item.tooltip = tooltip;
  }
}
