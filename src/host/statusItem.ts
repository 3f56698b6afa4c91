/** The entry in the status bar: what answers here, and whether the bridge is on. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { BridgeControl } from './bridgeControl.ts';
import type { WindowCore } from './windowCore.ts';

export class StatusItem implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #bridge: BridgeControl;
  readonly #lifetime = new DisposableStore();
  readonly #live = new Set<string>();

  /** The item itself belongs to whoever made it. */
  constructor(item: vscode.StatusBarItem, { core, bridge }: { core: WindowCore; bridge: BridgeControl }) {
    this.#item = item;
    this.#bridge = bridge;
    this.#lifetime.add(bridge.onDidChange(() => this.#draw()));
    this.#lifetime.add(
      core.onEvent((event) => {
        if (event.type === 'turn.started') this.#live.add(event.turnId);
        else if (event.type !== 'turn.ended' || !this.#live.delete(event.turnId)) return;
        this.#draw();
      }),
    );
    this.#draw();
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #draw(): void {
    const { state } = this.#bridge;
    const icon = this.#live.size > 0 ? '$(loading~spin)' : '$(comment-discussion)';
    this.#item.text = state ? `${icon} Causeway :${state.port}` : `${icon} Causeway`;
    const { t } = vscode.l10n;
    const lines = [
      this.#live.size > 0 ? t('Causeway is answering.') : t('Open Causeway'),
      state
        ? t('The bridge listens on {0}, port {1}.', state.addresses.join(', '), state.port)
        : t('The bridge is off.'),
    ];
    if (state?.problem) lines.push(state.problem.message);
    this.#item.tooltip = lines.join('\n');
  }
}
