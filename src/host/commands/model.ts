import * as vscode from 'vscode';
import { modelNeeded, restrictedMode } from '../../core/errors.ts';
import type { App } from '../app.ts';

/** Throws `restricted_mode` or `model_needed` where only quotes would come. */
export async function needModel(app: App, sessionId: string | undefined): Promise<void> {
  if (!vscode.workspace.isTrusted) throw restrictedMode();
  const { model } = await (await app.assistant()).modelFor(sessionId);
  if (model.provider === 'offline') throw modelNeeded();
}

interface ModelItem extends vscode.QuickPickItem {
  model?: string;
  setKey?: true;
}

/** Sets the model of the session that is shown, from now on; where none can be shown, that of all that have none of their own. */
export async function chooseModel(app: App): Promise<void> {
  const { t } = vscode.l10n;
  const core = await app.core.get();
  const { assistant } = core;
  const host = await app.panel.reveal({ preserveFocus: true });
  const sessionId = host.shown;
  // Also of the servers on this machine, which are looked for now and not before.
  await core.refreshModels(AbortSignal.timeout(3_000), true);
  // A name that nobody knows is what the choice is to put right.
  const now = await assistant.modelFor(sessionId).then(
    ({ model }) => model,
    () => undefined,
  );
  const items: ModelItem[] = [];
  for (const { id, name, availability, models, remote } of await assistant.providers()) {
    items.push({ label: name, kind: vscode.QuickPickItemKind.Separator });
    if (!availability.ready) {
      const setKey = availability.error.action === 'set_api_key';
      items.push({ label: `$(warning) ${availability.error.message}`, ...(setKey ? { setKey } : {}) });
      continue;
    }
    for (const model of models) {
      const current = now?.provider === id && now.id === model.id;
      items.push({
        label: current ? `$(check) ${model.name}` : model.name,
        description: t('{0} tokens', model.window.toLocaleString()),
        detail: priceWords(model.price, remote),
        model: `${id}/${model.id}`,
      });
    }
  }
  items.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
  items.push({ label: `$(key) ${t('Set an API key for another provider…')}`, setKey: true });
  const picked = await vscode.window.showQuickPick(items, {
    title: sessionId === undefined ? t('Model') : t('Model of This Session'),
    matchOnDescription: true,
  });
  if (picked?.setKey) await app.run('causeway.setApiKey');
  if (picked?.model === undefined) return;
  if (sessionId === undefined) {
    await app.settings.set('model', picked.model);
    await host.show(await app.sessionToShow());
  } else await assistant.setModel(sessionId, picked.model, 'panel');
  app.pushStatus();
}

function priceWords(
  price: { input: number; output: number; asOf: string } | undefined,
  remote: boolean,
): string {
  const { t } = vscode.l10n;
  if (!price) return t('Price unknown; the setting causeway.prices can name it.');
  if (price.input === 0 && price.output === 0 && !remote)
    return t('Costs nothing; nothing leaves this machine.');
  return t('{0} USD in, {1} USD out for a million tokens ({2})', price.input, price.output, price.asOf);
}
