/** Entry point in VS Code. Registers what VS Code must know at once; all else is loaded when it is first needed. */
import * as vscode from 'vscode';
import type { App } from './host/app.ts';
import { CodeActions } from './host/codeActions.ts';
import { type CommandId, commandIds, panelViewId, settingsSection } from './host/ids.ts';
import { logTo } from './host/log.ts';
import { PanelView } from './host/panel/panelView.ts';

let running: Promise<App> | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const add = (...items: vscode.Disposable[]) => context.subscriptions.push(...items);
  const channel = vscode.window.createOutputChannel('Causeway', { log: true });
  const log = logTo(channel);
  const failed = (error: unknown) => log.error('Causeway did not start.', error);

  const statusItem = vscode.window.createStatusBarItem(
    'causeway.status',
    vscode.StatusBarAlignment.Right,
    90,
  );
  statusItem.name = 'Causeway';
  statusItem.text = '$(comment-discussion) Causeway';
  statusItem.tooltip = vscode.l10n.t('Open Causeway');
  statusItem.command = 'causeway.focusInput' satisfies CommandId;
  statusItem.show();

  const app = (): Promise<App> => {
    running ??= Promise.all([import('./host/app.ts'), import('./windowWiring.ts')]).then(
      ([{ App: Loaded }, { windowWiring: wiring }]) =>
        new Loaded({ wiring, context, log, panel, showLog: () => channel.show(), statusItem }),
    );
    return running;
  };
  const panel = new PanelView(
    context.extensionUri,
    async (webview) => (await app()).openPanel(webview),
    failed,
  );
  const run = async (id: CommandId, args: readonly unknown[]) => {
    const [started, { runCommand }] = await Promise.all([app(), import('./host/commands/index.ts')]);
    await runCommand(started, id, args);
  };

  add(
    channel,
    statusItem,
    vscode.window.registerWebviewViewProvider(panelViewId, panel, {
      // The page is drawn anew from the store in a moment; keeping it alive would cost its memory all day.
      webviewOptions: { retainContextWhenHidden: false },
    }),
    vscode.languages.registerCodeActionsProvider({ pattern: '**' }, new CodeActions(), {
      providedCodeActionKinds: CodeActions.kinds,
    }),
    ...commandIds.map((id) => vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, args))),
  );

  // The bridge waits until whoever starts the editor can work.
  if (vscode.workspace.getConfiguration(settingsSection).get('bridge.enabled') === true) {
    app().then(({ bridge }) => bridge.followAndTell(), failed);
  }
}

/** VS Code waits some seconds for it: turns end as stopped and databases are closed. */
export async function deactivate(): Promise<void> {
  await (await running)?.close();
}
