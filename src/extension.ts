/** Entry point in VS Code. Registers what VS Code must know at once; all else is loaded when it is first needed. */
import { setImmediate } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { App } from './host/app.ts';
import { CodeActions } from './host/codeActions.ts';
import {
  type CommandId,
  commandIds,
  panelViewId,
  proposalScheme,
  reportScheme,
  settingsSection,
  textSchemes,
} from './host/ids.ts';
import { logTo } from './host/log.ts';
import { McpProvider, registerMcpProvider } from './host/mcpProvider.ts';
import { PanelView } from './host/panel/panelView.ts';

let running: Promise<App> | undefined;

/** Loaded in one go, these would hold the host's loop too long; between them others have their turn. */
async function loadInParts() {
  const parts = [
    () => import('./protocol/content.ts'),
    () => import('./protocol/entries.ts'),
    () => import('./protocol/panel.ts'),
    () => import('./core/errors.ts'),
    () => import('./core/context/contextBuilder.ts'),
    () => import('./core/memory/loggedMemory.ts'),
    () => import('./core/engine.ts'),
    () => import('./core/providers/openai/openAiProviders.ts'),
    () => import('./core/providers/anthropic/anthropic.ts'),
    () => import('./core/relay/modelRelay.ts'),
    () => import('./store/openSessionStore.ts'),
    () => import('./openCore.ts'),
  ];
  for (const load of parts) {
    await setImmediate();
    await load();
  }
  await setImmediate();
  const { windowWiring: wiring } = await import('./windowWiring.ts');
  await setImmediate();
  const { App } = await import('./host/app.ts');
  return { App, wiring };
}

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

  const mcp = new McpProvider();

  const app = (): Promise<App> => {
    if (running) return running;
    const starting = loadInParts().then(
      ({ App: Loaded, wiring }) =>
        new Loaded({ wiring, context, log, panel, mcp, showLog: () => channel.show(), statusItem }),
    );
    running = starting;
    starting.catch(() => {
      // The next call tries again.
      running = undefined;
    });
    return starting;
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
    mcp,
    registerMcpProvider(mcp),
    vscode.window.registerWebviewViewProvider(panelViewId, panel, {
      // The page is drawn anew from the store in a moment; keeping it alive would cost its memory all day.
      webviewOptions: { retainContextWhenHidden: false },
    }),
    vscode.languages.registerCodeActionsProvider(
      textSchemes.map((scheme) => ({ scheme })),
      new CodeActions(),
      { providedCodeActionKinds: CodeActions.kinds },
    ),
    ...commandIds.map((id) => vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, args))),
  );

  // Until something else is needed, the bridge's setting is followed here; the app does it from then on.
  const followBridge = () => {
    const enabled = vscode.workspace.getConfiguration(settingsSection).get('bridge.enabled') === true;
    if (enabled && !running) app().catch(failed);
  };
  add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(`${settingsSection}.bridge.enabled`)) followBridge();
    }),
  );
  followBridge();
  closeLeftovers().catch(failed);
}

/** Proposals and reports live in the window that made them; tabs that an earlier one left behind would show nothing. */
async function closeLeftovers(): Promise<void> {
  const schemes: string[] = [proposalScheme, reportScheme];
  const left = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => {
      if (input instanceof vscode.TabInputTextDiff) return schemes.includes(input.modified.scheme);
      return input instanceof vscode.TabInputText && schemes.includes(input.uri.scheme);
    });
  if (left.length > 0) await vscode.window.tabGroups.close(left, true);
}

/** VS Code waits some seconds for it: turns end as stopped and databases are closed. */
export async function deactivate(): Promise<void> {
  // One that did not start has nothing to close, and its failure was told when it was asked for.
  await (await running?.catch(() => undefined))?.close();
}
